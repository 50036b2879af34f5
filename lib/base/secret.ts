/**
 * Bytes that must not outlive their use, such as a password.
 *
 * Ownership: who makes a secret owns it, until he gives it to a function that says "takes over" of it. The owner wipes it,
 * however his work ends. Everyone else reads it during his call, and keeps neither the secret nor its bytes; bytes that he
 * copies, into a message or for C, make a secret of his own.
 */
export class Secret {
  /** Known after the wipe, too. */
  readonly length: number;
  readonly #bytes: Buffer;
  #wiped = false;

  /** @param bytes not copied: they are the secret's from then on */
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.length = bytes.length;
  }

  /** @throws Error once they are wiped: zeros would be taken for a wrong password */
  get bytes(): Buffer {
    if (this.#wiped) throw new Error('the secret has been wiped');
    return this.#bytes;
  }

  wipe(): void {
    this.#wiped = true;
    this.#bytes.fill(0);
  }
}
