/** Bytes that come in pieces, kept flat. Memory is at most twice their number, however many pieces there were. */
export class GrowingBuffer {
  #bytes = Buffer.alloc(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    if (length > this.#bytes.length) {
      const grown = Buffer.alloc(Math.max(length, 2 * this.#length));
      this.#bytes.copy(grown, 0, 0, this.#length);
      this.#bytes = grown;
    }
    this.#bytes.set(piece, this.#length);
    this.#length = length;
  }

  /** All so far: a view. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Returns everything so far, and starts again with nothing. */
  take(): Buffer {
    const taken = this.bytes;
    this.#bytes = Buffer.alloc(0);
    this.#length = 0;
    return taken;
  }
}
