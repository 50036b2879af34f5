import { setTimeout as delay } from 'node:timers/promises';
import { codeOf } from '../../base/index.ts';
import type { DatagramSender } from '../../native/index.ts';
import type { LogEntry } from '../log-entry.ts';
import { Sink, type Trouble } from './sink.ts';

const LONGEST_WAIT = 100; // ms

/** A unix socket that takes an event a datagram. */
export class DatagramSink extends Sink<Buffer> {
  readonly #path: string;
  #sender: DatagramSender | undefined;

  constructor(name: string, encode: (entry: LogEntry) => Buffer, trouble: Trouble, path: string) {
    super(name, encode, trouble);
    this.#path = path;
  }

  protected override async open(): Promise<void> {
    const { DatagramSender } = await import('../../native/index.ts'); // only now: a process that needs no socket saves its memory
    this.#sender = new DatagramSender(this.#path);
  }

  protected override deliver(event: Buffer): void | Promise<void> {
    return this.#sent(event) ? undefined : this.#whenThereIsRoom(event);
  }

  protected override release(): void {
    this.#sender?.close();
    this.#sender = undefined;
  }

  /** No event tells when the receiver has read something. */
  async #whenThereIsRoom(event: Buffer): Promise<void> {
    for (let wait = 1; ; wait = Math.min(wait * 2, LONGEST_WAIT)) {
      await delay(wait, undefined, { ref: false });
      if (this.#sent(event)) return;
    }
  }

  /** False when the receiver is full. */
  #sent(event: Buffer): boolean {
    try {
      this.#sender?.send(event);
      return true;
    } catch (error) {
      if (codeOf(error) === 'EAGAIN') return false;
      throw error;
    }
  }
}
