import type { Duplex } from 'node:stream';
import type { Seen } from '../../../codec/index.ts';

const ENOUGH = 64; // bytes; more than any status, and the rest stays with the kernel
const EVENTS = ['readable', 'end', 'error', 'close'] as const;

/** A connection whose first bytes can be examined before they are read. */
export class Lookahead {
  readonly socket: Duplex;
  #first = Buffer.alloc(0);
  #changed = Promise.withResolvers<void>();

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

  /** All bytes but the first `skip` go into `stream`, which is returned; it ends or fails as the connection does. */
  feed<Stream extends Duplex>(stream: Stream, skip = 0): Stream {
    const { socket } = this;
    for (const event of EVENTS) socket.off(event, this.#look);
    if (this.#first.length > skip) stream.write(this.#first.subarray(skip));
    if (socket.readableEnded) stream.end();
    else if (socket.destroyed) stream.destroy(socket.errored ?? new Error('the connection was closed'));
    else {
      socket.once('error', (error) => stream.destroy(error));
      socket.pipe(stream);
    }
    return stream;
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
