import type { Socket } from 'node:net';
import {
  CodecError,
  type ExitStatus,
  encodeMuxFrame,
  MUX_FIRST_WINDOW,
  MuxDecoder,
  type MuxFrame,
  type Sender,
} from '../../codec/index.ts';
import { MuxChannel } from './channel.ts';

type Sent = (error?: Error | null) => void;

/**
 * Both connections of the protocol in one (docs/protocol.md, rexec-mux): what goes over the main connection, stderr,
 * signals and the exit status. The connection lives as long as `main`: it is destroyed when that is closed, and `main`
 * fails when it breaks, or when the other end does not keep to the protocol.
 */
export class Mux {
  readonly main: MuxChannel;
  /** The daemon writes, the client reads; it ends with the exit status, or with the connection. */
  readonly stderr: MuxChannel;
  /** Called with each signal of the client. */
  onSignal: (number: number) => void = () => {};
  readonly #link: Socket;
  readonly #other: Sender;
  readonly #status = Promise.withResolvers<ExitStatus | undefined>();
  #stderrWanted = false;
  #mainEnded = false; // the other end said that it sends no more

  /** @param side which end this is */
  constructor(link: Socket, side: Sender) {
    const send = (frame: MuxFrame, sent?: Sent) => this.#send(frame, sent);
    const first = MUX_FIRST_WINDOW;
    this.#link = link;
    this.#other = side === 'client' ? 'daemon' : 'client';
    this.main = new MuxChannel({ name: 'main', send, receives: first, window: first, link });
    const receives = side === 'client' ? first : 0;
    this.stderr = new MuxChannel({ name: 'stderr', send, receives, window: 0, link });
    for (const channel of [this.main, this.stderr]) channel.on('error', () => {});
    this.main.once('close', () => this.#close());
    const decoder = new MuxDecoder({ from: this.#other, ownsInput: true });
    link.on('error', (error) => this.#break(error));
    link.once('close', () => this.#break(new Error('connection closed')));
    decoder.on('data', (frame: MuxFrame) => this.#take(frame));
    decoder.once('error', (error) => this.#break(error));
    decoder.once('end', () => this.#ended());
    link.pipe(decoder);
  }

  /** The client asked for stderr apart from stdout. */
  get stderrWanted(): boolean {
    return this.#stderrWanted;
  }

  /** How the command ended, once the daemon told; undefined where the connection ended without that. */
  get status(): Promise<ExitStatus | undefined> {
    return this.#status.promise;
  }

  /** For the client, before its request: it wants stderr apart. */
  wantStderr(): void {
    this.#send({ type: 'stderrWindow', bytes: MUX_FIRST_WINDOW });
  }

  /** For the client. @returns false if the connection has ended */
  sendSignal(number: number): boolean {
    if (!this.#link.writable) return false;
    this.#send({ type: 'signal', number });
    return true;
  }

  /** For the daemon, after the last byte of stderr: how the command ended. Resolves when the system has it, or never will. */
  sendStatus(status: ExitStatus): Promise<void> {
    return new Promise((resolve) => this.#send(status, () => resolve()));
  }

  /** Nothing more will be sent once `main` is at its end. */
  finish(): void {
    if (this.main.writableFinished) this.#link.end();
    else this.main.once('finish', () => this.#link.end());
  }

  #send(frame: MuxFrame, sent?: Sent): void {
    if (!this.#link.writable) return void sent?.(new Error('connection closed'));
    const [header, payload] = encodeMuxFrame(frame);
    this.#link.cork();
    this.#link.write(header);
    this.#link.write(payload, sent);
    this.#link.uncork();
  }

  #take(frame: MuxFrame): void {
    switch (frame.type) {
      case 'main':
      case 'stderr':
        if (!this[frame.type].arrive(frame.chunk)) this.#fault(`${frame.type}: more than its window`);
        return;
      case 'mainEnd':
        this.#mainEnded = true;
        return this.main.arriveEnd();
      case 'mainWindow':
        return this.main.widen(frame.bytes);
      case 'stderrWindow':
        this.#stderrWanted = true;
        return this.stderr.widen(frame.bytes);
      case 'signal':
        return this.onSignal(frame.number);
      default:
        this.#status.resolve(frame);
        this.stderr.arriveEnd();
    }
  }

  #fault(message: string): void {
    this.#break(new CodecError('REXEC_FRAME_INVALID', 'frame', message));
  }

  #ended(): void {
    this.#status.resolve(undefined); // none can come any more
    if (this.#mainEnded) this.stderr.arriveEnd();
    else this.#break(new Error('connection ended before its streams'));
  }

  /** A client may still read what has arrived, where that is all; a daemon has nobody left to serve. */
  #break(error: Error): void {
    if (this.#other === 'client' || !this.#mainEnded) this.main.destroy(error);
    this.#close();
  }

  #close(): void {
    this.#status.resolve(undefined);
    if (this.#other === 'client') this.stderr.destroy();
    else this.stderr.arriveEnd();
    this.#link.destroy();
  }
}
