/** Bytes of an answer that are kept and compared; of a longer one only the length counts beyond them. */
const KEPT_BYTES = 64 * 1024;

/**
 * What arrives on one connection. Where it is known what must come, bytes are compared as they arrive and none is
 * kept, so a session costs no memory; else the first 64 KiB are kept.
 */
export class Intake {
  bytes = 0;
  #same = true;
  readonly #kept: Buffer[] = [];
  readonly #expected: Buffer | undefined;

  constructor(expected?: Buffer) {
    this.#expected = expected;
  }

  /** Takes a chunk whose memory is used again right after. */
  take(chunk: Uint8Array): void {
    const room = Math.min(chunk.length, KEPT_BYTES - this.bytes);
    if (room > 0 && this.#expected === undefined) this.#kept.push(Buffer.from(chunk.subarray(0, room)));
    else if (room > 0 && this.#same) this.#same = this.#matches(chunk.subarray(0, room));
    this.bytes += chunk.length;
  }

  get kept(): Buffer {
    return Buffer.concat(this.#kept);
  }

  /** True when what arrived is what was expected, and `bytes` long. */
  isWhole(bytes: number): boolean {
    return this.#same && this.bytes === bytes;
  }

  #matches(chunk: Uint8Array): boolean {
    const there = this.#expected!.subarray(this.bytes, this.bytes + chunk.length);
    return there.length === chunk.length && there.equals(chunk);
  }
}
