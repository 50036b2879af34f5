import type { Duplex } from 'node:stream';
import type { Seen } from '../../../codec/index.ts';

const ENOUGH = 64; // bytes; more than any status, and the rest stays with the kernel
const EVENTS = ['readable', 'end', 'error', 'close'] as const;

/** A connection whose first bytes can be examined before they are read. */
export class Lookahead {
  readonly socket: Duplex;
  #first = Buffer.alloc(0);
  #changed = Promise.withResolvers<void>();
  #broken: Error | undefined;

  constructor(socket: Duplex) {
    this.socket = socket;
    for (const event of EVENTS) socket.on(event, this.#look);
    this.#look();
  }

  /** A connection that broke has ended. */
  get seen(): Seen {
    if (this.#first.length > 0) return this.#first;
    return this.socket.readableEnded || this.socket.destroyed ? 'end' : 'nothing';
  }

  /** Resolves when there is more to be seen. */
  get changed(): Promise<void> {
    return this.#changed.promise;
  }

  /**
   * What `stream` makes of all bytes but the first `skip`. Of a connection that breaks, all that had arrived comes before
   * its error.
   */
  async *feed<Item>(stream: Duplex, skip = 0): AsyncGenerator<Item, void, undefined> {
    this.#pipe(stream, skip);
    try {
      yield* stream as AsyncIterable<Item>;
    } catch (error) {
      throw this.#broken ?? error; // what is missing is missing because it broke
    }
    if (this.#broken) throw this.#broken;
  }

  #pipe(stream: Duplex, skip: number): void {
    const { socket } = this;
    for (const event of EVENTS) socket.off(event, this.#look);
    const breaks = (error: Error) => {
      this.#broken = error;
      stream.end();
    };
    if (this.#first.length > skip) stream.write(this.#first.subarray(skip));
    if (socket.readableEnded) stream.end();
    else if (socket.destroyed) breaks(socket.errored ?? new Error('the connection was closed'));
    else {
      socket.once('error', breaks);
      socket.pipe(stream);
    }
  }

  readonly #look = (): void => {
    while (this.#first.length < ENOUGH) {
      const chunk: Buffer | null = this.socket.read();
      if (chunk === null) break;
      this.#first = Buffer.concat([this.#first, chunk]);
    }
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  };
}
