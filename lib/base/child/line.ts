import type { ChildProcess } from 'node:child_process';
import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { Secret } from '../secret.ts';
import { encodeMessage, faultOf, MessageReader } from './messages.ts';

/** Takes over the secret. False if it does not know such a message, which is the last one then. */
type Hear = (message: unknown, secret: Secret, handle?: unknown) => boolean;

/**
 * The line between a process and its child, the same at both ends: Node's own channel, which carries handles, or a pipe,
 * which carries secrets, or both. If there are both, what goes down goes by the channel and what comes up by the pipe, so
 * that no message overtakes another one.
 */
export class Line {
  /** Resolves when no more can come. */
  readonly closed: Promise<unknown>;
  readonly #process: ChildProcess | NodeJS.Process;
  readonly #pipe: Socket | undefined;
  readonly #saysByPipe: boolean;

  /** @param broken called with the cause when the other end breaks the rules */
  constructor(
    process: ChildProcess | NodeJS.Process,
    pipe: Socket | undefined,
    hear: Hear,
    broken: (cause: string) => void,
  ) {
    this.#process = process;
    this.#pipe = pipe;
    this.#saysByPipe = pipe !== undefined && (process === globalThis.process || !process.channel);
    let deaf = false;
    const hearNoMore = (cause: string): void => {
      deaf = true;
      broken(cause);
    };
    const take = (message: unknown, secret: Secret, handle?: unknown): void => {
      if (deaf) secret.wipe();
      else if (!hear(message, secret, handle)) hearNoMore(faultOf());
    };
    (process as ChildProcess).on('message', (message, handle) => take(message, Secret.empty(), handle));
    const reader = new MessageReader();
    pipe?.on('data', (chunk: Buffer) => {
      if (deaf) return chunk.fill(0);
      try {
        for (const { body, secret } of reader.push(chunk)) take(body, secret);
      } catch (error) {
        hearNoMore(faultOf(error));
      }
    });
    pipe?.on('error', () => {}); // the other process was killed: its end tells
    this.closed = Promise.all([
      pipe && happens(pipe, 'close'),
      process.channel && happens(process as ChildProcess, 'disconnect'),
    ]);
  }

  get open(): boolean {
    return this.#pipe?.writable ?? this.#process.connected;
  }

  /** A message with a secret goes by the pipe. */
  say(message: object, secret?: Secret): void {
    if (secret || this.#saysByPipe) {
      const encoded = encodeMessage(message, secret);
      this.#pipe?.write(encoded.bytes, () => encoded.wipe());
    } else if (this.#process.connected) this.#process.send?.(message, undefined, undefined, () => {}); // as above
  }

  /** Says it with a handle, which stays open here; `sent` is called once it was sent, or never will be. */
  pass(message: object, handle: Socket, sent: () => void): void {
    if (!this.#process.connected) return sent();
    this.#process.send?.(message, handle, undefined, sent);
  }

  end(): void {
    this.#pipe?.end();
    if (this.#process.connected) this.#process.disconnect();
  }
}

const happens = (emitter: EventEmitter, event: string): Promise<void> =>
  new Promise((resolve) => emitter.once(event, () => resolve()));
