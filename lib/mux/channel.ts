import { Duplex } from 'node:stream';
import { MUX_DATA_LIMIT, type MuxFrame } from '../../codec/index.ts';
import { ByteQueue } from './byte-queue.ts';
import { Credit } from './credit.ts';

type Sent = (error?: Error | null) => void;

/** How a channel is set up. Windows are in bytes. */
export interface ChannelParts {
  readonly name: 'main' | 'stderr';
  /** Writes a frame to the connection; `sent` is called when the system has it. */
  readonly send: (frame: MuxFrame, sent?: Sent) => void;
  /** What the other end may send, 0 where it sends nothing on this channel. */
  readonly receives: number;
  /** What it takes before it grants more. */
  readonly window: number;
  readonly link: Ends;
}

/** The ends of the connection that carries the channels, as a socket names them. */
export interface Ends {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly localAddress?: string | undefined;
}

/**
 * One of the streams of a multiplexed connection. It sends no more than the other end has room for, and tells that end
 * of room as what came is read here: so nobody's slowness holds up another channel, or signals.
 */
export class MuxChannel extends Duplex implements Ends {
  readonly remoteAddress: Ends['remoteAddress'];
  readonly remotePort: Ends['remotePort'];
  readonly localAddress: Ends['localAddress'];
  readonly #parts: ChannelParts;
  readonly #arrived = new ByteQueue();
  readonly #credit: Credit;
  #window: number; // bytes that the other end still takes
  #resume: (() => void) | undefined; // a write that waits for a window
  #wanted = false; // the reader waits for bytes
  #ended = false; // no more will arrive
  #received = 0;
  #sent = 0;

  constructor(parts: ChannelParts) {
    // It ends with the connection: after both its ends a status may still come.
    super({ autoDestroy: false, readableHighWaterMark: 1 });
    this.remoteAddress = parts.link.remoteAddress;
    this.remotePort = parts.link.remotePort;
    this.localAddress = parts.link.localAddress;
    this.#parts = parts;
    this.#credit = new Credit(parts.receives);
    this.#window = parts.window;
  }

  /** Bytes from the other end, as a socket counts them. */
  get bytesRead(): number {
    return this.#received;
  }

  /** Bytes to the other end that it had room for. */
  get bytesWritten(): number {
    return this.#sent;
  }

  /** Data from the other end, whose memory is taken over. @returns false where it is more than its window */
  arrive(chunk: Buffer): boolean {
    if (!this.#credit.spend(chunk.length)) return false;
    this.#received += chunk.length;
    if (this.destroyed) return true;
    this.#arrived.add(chunk);
    this.#give();
    return true;
  }

  /** Nothing more will arrive. */
  arriveEnd(): void {
    this.#ended = true;
    this.#give();
  }

  /** The other end has room for so many bytes more. */
  widen(bytes: number): void {
    this.#window += bytes;
    const resume = this.#resume;
    this.#resume = undefined;
    resume?.();
  }

  override _read(): void {
    this.#wanted = true;
    this.#give();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Sent): void {
    const { name, send } = this.#parts;
    const most = Math.min(this.#window, chunk.length);
    for (let at = 0; at < most; at += MUX_DATA_LIMIT) {
      const piece = chunk.subarray(at, Math.min(at + MUX_DATA_LIMIT, most));
      const isLast = at + piece.length === chunk.length;
      send({ type: name, chunk: piece }, isLast ? done : undefined);
    }
    this.#window -= most;
    this.#sent += most;
    if (most < chunk.length) this.#resume = () => this._write(chunk.subarray(most), _encoding, done);
  }

  override _final(done: Sent): void {
    if (this.#parts.name === 'main') this.#parts.send({ type: 'mainEnd' }, done);
    else done();
  }

  override _destroy(error: Error | null, done: Sent): void {
    this.#arrived.clear();
    this.#resume = undefined;
    done(error);
  }

  #give(): void {
    if (!this.#wanted || this.destroyed) return;
    const chunk = this.#arrived.take();
    if (chunk) {
      this.#wanted = false;
      const bytes = this.#credit.take(chunk.length);
      const { name, send } = this.#parts;
      if (bytes > 0 && !this.#ended) send({ type: `${name}Window`, bytes });
      this.push(chunk);
    } else if (this.#ended) this.push(null);
  }
}
