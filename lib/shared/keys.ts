import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Names of users and addresses as they leave this daemon. SECURITY: a key is an HMAC, so that nothing a peer sends is part of
 * a command; the name itself is encrypted, for the daemons that list it. All keys come from the password.
 */
export class Keys {
  readonly #names: Buffer;
  readonly #seal: Buffer;

  constructor(password: string) {
    const derived = (use: string) => Buffer.from(hkdfSync('sha256', password, '', `rexecd ${use}`, 32));
    this.#names = derived('names');
    this.#seal = derived('seal');
  }

  /** 128 bits as text. */
  of(subject: string): string {
    return createHmac('sha256', this.#names).update(subject).digest().subarray(0, 16).toString('base64url');
  }

  seal(text: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#seal, nonce);
    const sealed = [nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()];
    return Buffer.concat(sealed).toString('base64url');
  }

  /** Undefined if nobody with this password has sealed it. */
  open(sealed: string): string | undefined {
    const bytes = Buffer.from(sealed, 'base64url');
    if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
    const decipher = createDecipheriv(CIPHER, this.#seal, bytes.subarray(0, NONCE_BYTES));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
      return Buffer.concat([text, decipher.final()]).toString('utf8');
    } catch {
      return undefined;
    }
  }
}
