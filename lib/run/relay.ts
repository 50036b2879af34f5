import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { descriptorOf } from '../base/index.ts';
import { enlargePipe, splice } from '../native/index.ts';

/** A chunk of at least this size is bulk: more is likely to wait in the kernel. */
const BULK_BYTES = 16 * 1024;
/** Bytes that one stream moves inside the kernel before the others have their turn. */
const TURN_BYTES = 4 * 1024 * 1024;

/** Carries bytes from one stream to another with back-pressure; in bulk, between two descriptors, inside the kernel. */
export class Relay {
  readonly #from: Readable;
  readonly #to: Writable;
  #bytes = 0;
  #isBulk = false;

  constructor(from: Readable, to: Writable) {
    this.#from = from;
    this.#to = to;
  }

  /** Bytes that have passed. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Begins with bytes that were read before. */
  start(early?: Buffer): void {
    if (early && early.length > 0) this.#pass(early);
    const onData = (chunk: Buffer) => this.#pass(chunk);
    const onDrain = () => this.#from.resume();
    this.#to.on('drain', onDrain);
    this.#to.once('close', () => {
      this.#from.off('data', onData);
      this.#to.off('drain', onDrain);
    });
    if (!this.#to.destroyed) this.#from.on('data', onData);
    if (this.#to.writableNeedDrain) this.#from.pause();
  }

  #pass(chunk: Buffer): void {
    if (this.#to.destroyed) return;
    this.#bytes += chunk.length;
    const more = this.#to.write(chunk, () => {
      if (chunk.length >= BULK_BYTES) this.#splice();
    });
    if (!more) this.#from.pause();
  }

  /** Only while nothing waits in our own memory, so that the order is kept. */
  #splice(): void {
    const [from, to] = [this.#from, this.#to];
    if (!(from instanceof Socket && to instanceof Socket)) return;
    if (from.readableLength > 0 || to.writableLength > 0) return;
    const [source, sink] = [descriptorOf(from), descriptorOf(to)];
    if (source === undefined || sink === undefined) return;
    if (!this.#isBulk) for (const fd of [source, sink]) enlargePipe(fd);
    this.#isBulk = true;
    for (let moved = 0; moved < TURN_BYTES; ) {
      const bytes = splice(source, sink);
      if (bytes === 0) return;
      moved += bytes;
      this.#bytes += bytes;
    }
  }
}
