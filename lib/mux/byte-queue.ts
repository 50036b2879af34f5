const BLOCK_BYTES = 4096;

/** Bytes that wait. Small pieces are gathered in blocks, so that many of them cost no more memory than one large one. */
export class ByteQueue {
  readonly #blocks: Buffer[] = [];
  #filled = 0; // bytes of the last block that are in use; the block is still open while it is more than 0

  get empty(): boolean {
    return this.#blocks.length === 0;
  }

  /** Takes the piece over; one that is copied is wiped. */
  add(piece: Buffer): void {
    if (piece.length >= BLOCK_BYTES) {
      this.#close();
      this.#blocks.push(piece);
      return;
    }
    for (let at = 0; at < piece.length; ) {
      if (this.#filled === 0) this.#blocks.push(Buffer.alloc(BLOCK_BYTES));
      const copied = piece.copy(this.#blocks.at(-1)!, this.#filled, at);
      at += copied;
      this.#filled = (this.#filled + copied) % BLOCK_BYTES;
    }
    piece.fill(0);
  }

  /** The bytes that wait longest; undefined where none do. */
  take(): Buffer | undefined {
    if (this.#blocks.length === 1) this.#close();
    return this.#blocks.shift();
  }

  /** Wipes what waits. */
  clear(): void {
    for (const block of this.#blocks.splice(0)) block.fill(0);
    this.#filled = 0;
  }

  #close(): void {
    if (this.#filled > 0) this.#blocks.push(this.#blocks.pop()!.subarray(0, this.#filled));
    this.#filled = 0;
  }
}
