import { CodecError, type CodecErrorField } from './errors.ts';

const FIRST_CAPACITY = 64;
/** Up to so many bytes are searched or copied in less time than a call of Node's function for it takes. */
const SHORT = 16;
const NOTHING = Buffer.alloc(0);

/**
 * One field while it arrives: finds the terminator, counts content bytes against the limit, keeps them flat.
 *
 * A field that arrives in one chunk is not copied. Of one that does not, memory is at most the limit, whatever the number
 * and size of chunks; no byte is examined twice, and none beyond the first one over the limit.
 */
export class FieldBuffer {
  readonly #terminator: number;
  #bytes = NOTHING;
  #held = 0; // content bytes in #bytes
  #whole: Buffer | undefined; // a field that arrived in one chunk: its part of the chunk

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
    const found = indexIn(chunk, this.#terminator, at, at + room + 1);
    const end = found === -1 ? chunk.length : found;
    if (end - at > room)
      throw new CodecError('REXEC_FIELD_TOO_LONG', field, `${field} is longer than ${limit} bytes`);
    if (found !== -1 && this.#held === 0) this.#whole = chunk.subarray(at, found);
    else this.#keep(chunk, at, end, limit);
    return found === -1 ? -1 : found + 1;
  }

  /** What was taken: a view, until {@link clear}. */
  complete(): Buffer {
    return this.#whole ?? this.#bytes.subarray(0, this.#held);
  }

  /** Wipes what was kept; the memory serves the next field. */
  clear(): void {
    if (this.#held > 0) this.#bytes.fill(0, 0, this.#held);
    this.#held = 0;
    this.#whole = undefined;
  }

  /** Wipes the field and lets its memory go. */
  release(): void {
    this.clear();
    this.#bytes = NOTHING;
  }

  #keep(chunk: Buffer, at: number, end: number, limit: number): void {
    const needed = this.#held + end - at;
    if (needed > this.#bytes.length) {
      const roomy = Math.max(needed, 2 * this.#bytes.length, FIRST_CAPACITY);
      const grown = Buffer.alloc(Math.max(needed, Math.min(roomy, limit)));
      this.#bytes.copy(grown, 0, 0, this.#held);
      this.#bytes.fill(0);
      this.#bytes = grown;
    }
    if (end - at > SHORT) chunk.copy(this.#bytes, this.#held, at, end);
    else for (let from = at; from < end; from += 1) this.#bytes[this.#held + from - at] = chunk[from]!;
    this.#held = needed;
  }
}

/** Where `byte` is in `chunk` from offset `from` to before `to`; -1 when it is not there. */
function indexIn(chunk: Buffer, byte: number, from: number, to: number): number {
  const end = Math.min(to, chunk.length);
  if (end - from <= SHORT) {
    for (let at = from; at < end; at += 1) if (chunk[at] === byte) return at;
    return -1;
  }
  if (end === chunk.length) return chunk.indexOf(byte, from);
  const found = chunk.subarray(from, end).indexOf(byte);
  return found === -1 ? -1 : from + found;
}
