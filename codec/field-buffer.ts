import { CodecError, type CodecErrorField } from './errors.ts';

const LENGTH_BYTES = 4;
const FIRST_CAPACITY = 64;

/**
 * One field while it arrives: finds the terminator, counts content bytes against the limit, keeps them flat.
 *
 * The field is kept as `[uint32 length][content][terminator]`, which is what the grammar reads. Memory is at most the
 * limit and five bytes, whatever the number and size of chunks; no byte is looked at twice, and none beyond the first
 * one over the limit.
 */
export class FieldBuffer {
  readonly #terminator: number;
  #bytes = Buffer.alloc(0);
  #held = 0; // content bytes in #bytes

  constructor(terminator: number) {
    this.#terminator = terminator;
  }

  /** Content bytes held so far. */
  get held(): number {
    return this.#held;
  }

  /** Bytes of memory held. */
  get capacity(): number {
    return this.#bytes.length;
  }

  /**
   * Takes what `chunk` has of the field from offset `at` on.
   *
   * @returns the offset after the terminator, or -1 when the chunk ended before it
   * @throws CodecError `REXEC_FIELD_TOO_LONG` on the first byte over the limit, before that byte is kept
   */
  take(chunk: Buffer, at: number, field: CodecErrorField, limit: number): number {
    const room = limit - this.#held;
    const found = chunk.subarray(at, at + room + 1).indexOf(this.#terminator);
    const taken = found === -1 ? chunk.length - at : found;
    if (taken > room)
      throw new CodecError('REXEC_FIELD_TOO_LONG', field, `${field} is longer than ${limit} bytes`);
    this.#reserve(this.#held + taken, limit);
    this.#held += chunk.copy(this.#bytes, LENGTH_BYTES + this.#held, at, at + taken);
    return found === -1 ? -1 : at + taken + 1;
  }

  /** What was taken, as a complete field for the grammar: a view that {@link clear} wipes. */
  complete(): Buffer {
    this.#reserve(this.#held, this.#held);
    this.#bytes.writeUInt32BE(this.#held);
    this.#bytes[LENGTH_BYTES + this.#held] = this.#terminator;
    return this.#bytes.subarray(0, LENGTH_BYTES + this.#held + 1);
  }

  /** Wipes the field; the memory serves the next one. */
  clear(): void {
    this.#bytes.fill(0, 0, Math.min(this.#bytes.length, LENGTH_BYTES + this.#held + 1));
    this.#held = 0;
  }

  /** Wipes the field and lets its memory go. */
  release(): void {
    this.clear();
    this.#bytes = Buffer.alloc(0);
  }

  #reserve(content: number, limit: number): void {
    const needed = LENGTH_BYTES + content + 1;
    if (needed <= this.#bytes.length) return;
    const roomy = Math.max(needed, 2 * this.#bytes.length, FIRST_CAPACITY);
    const grown = Buffer.alloc(Math.max(needed, Math.min(roomy, LENGTH_BYTES + limit + 1)));
    this.#bytes.copy(grown, 0, 0, LENGTH_BYTES + this.#held);
    this.#bytes.fill(0);
    this.#bytes = grown;
  }
}
