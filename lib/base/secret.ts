/**
 * Bytes that must not outlive their use, such as a password.
 *
 * Ownership: the code that makes a secret owns it, until it passes it to a function that is documented to take it over. The
 * owner wipes it in every case. Other functions read it during their call and keep neither the secret nor its bytes; a copy
 * of the bytes, for a message or for C, becomes a secret of its own.
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

  /** A secret without bytes. */
  static empty(): Secret {
    return new Secret(Buffer.alloc(0));
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
