import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type ExitStatus, encodeExitStatus, SignalDecoder, type SignalFrame } from '../../codec/index.ts';
import { type Channel, lingeringClose, relayStderr, SignalInbox } from '../connection/index.ts';

/** The second connection: stderr out, signal numbers in. */
export class StderrChannel implements Channel {
  readonly carriesStderr: boolean;
  readonly #socket: Socket;
  readonly #signals = new SignalInbox();
  readonly onSignal: Channel['onSignal'] = (deliver) => this.#signals.onSignal(deliver);
  #exitStatusWanted = false;

  constructor(socket: Socket, carriesStderr = true) {
    this.carriesStderr = carriesStderr;
    this.#socket = socket;
    socket.on('error', () => {});
    socket.pipe(new SignalDecoder()).on('data', (frame: SignalFrame) => this.#take(frame));
  }

  get bytes(): number {
    return this.#socket.bytesRead + this.#socket.bytesWritten;
  }

  relay(stderr: Readable, shellEnded: Promise<unknown>): Promise<void> {
    return relayStderr(stderr, this.#socket, this.#socket, shellEnded);
  }

  /** The exit status where it was asked for, then half-close and drain. */
  async finish(status: ExitStatus | undefined, drainSeconds: number): Promise<void> {
    // The second turn of the event loop has read what the peer had sent, also for a command that ended at once.
    for (let turn = 0; turn < 2 && status && !this.#exitStatusWanted; turn += 1) await nextTurn();
    if (status && this.#exitStatusWanted && this.#socket.writable)
      this.#socket.write(encodeExitStatus(status));
    await lingeringClose(this.#socket, drainSeconds);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #take(frame: SignalFrame): void {
    if (frame.type === 'exitStatusWanted') this.#exitStatusWanted = true;
    else this.#signals.take([frame.number]);
  }
}
