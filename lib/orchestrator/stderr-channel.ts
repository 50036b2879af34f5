import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { type ExitStatus, encodeExitStatus } from '../../codec/index.ts';
import { SessionError } from './errors.ts';
import { lingeringClose } from './linger.ts';

/** Where to connect back to: the peer's own address, from the address it connected to (protocol.md 1.4). */
export interface ConnectBack {
  readonly address: string;
  readonly localAddress: string;
  readonly port: number;
  readonly seconds: number;
}

/** A client that sends signal 0, a no-op everywhere, asks for the exit status. */
const EXIT_STATUS_WANTED = 0;
const HIGHEST_SIGNAL = 64;

/** The second connection: stderr out, signal numbers in. Its loss never ends the command. */
export class StderrChannel {
  readonly #socket: Socket;
  readonly #pending = new Set<number>(); // signals that came before there was a command
  #deliver: ((signal: number) => void) | undefined;
  #exitStatusWanted = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
  }

  /** @throws SessionError `REXEC_STDERR_UNREACHABLE`: refused, unreachable, too late, all the same */
  static async connect(
    { address, localAddress, port, seconds }: ConnectBack,
    gone: AbortSignal,
  ): Promise<StderrChannel> {
    const socket = connect({
      host: address,
      port,
      localAddress,
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
    });
    socket.on('error', () => {}); // for its whole life: a late reset is nobody's failure
    try {
      await once(socket, 'connect', { signal: AbortSignal.any([gone, AbortSignal.timeout(seconds * 1000)]) });
      if (socket.localPort === port && localAddress === address) throw new Error('connected to itself');
      return new StderrChannel(socket);
    } catch (cause) {
      socket.destroy();
      const why =
        cause instanceof Error && cause.name !== 'AbortError' ? cause.message : `no answer in ${seconds} s`;
      throw new SessionError('REXEC_STDERR_UNREACHABLE', `stderr port ${port}: ${why}`, { cause });
    }
  }

  /** Bytes that have passed, either way. */
  get bytes(): number {
    return this.#socket.bytesRead + this.#socket.bytesWritten;
  }

  /** From now on signals go to `deliver`, those that waited first. */
  onSignal(deliver: (signal: number) => void): void {
    this.#deliver = deliver;
    for (const signal of this.#pending) deliver(signal);
    this.#pending.clear();
  }

  /**
   * Carries stderr to the peer until its end. A channel that breaks swallows the rest, so that the command goes on; once
   * its shell has ended, processes it left behind have nobody to write to (SIGPIPE).
   */
  async relay(stderr: Readable, shellEnded: Promise<unknown>): Promise<void> {
    // Not pipeline(), which would destroy stderr with the channel, and so kill the command by SIGPIPE.
    if (this.#socket.destroyed) stderr.resume();
    else stderr.pipe(this.#socket, { end: false });
    this.#socket.once('close', () => stderr.resume());
    const closed = this.#socket.destroyed ? undefined : once(this.#socket, 'close').catch(() => {});
    void Promise.all([closed, shellEnded]).then(() => stderr.destroy());
    await finished(stderr).catch(() => {});
  }

  /** The last bytes: the exit status where it was asked for, then half-close and drain. Never rejects. */
  async finish(status: ExitStatus | undefined, drainSeconds: number): Promise<void> {
    if (status && this.#exitStatusWanted && this.#socket.writable)
      this.#socket.write(encodeExitStatus(status));
    await lingeringClose(this.#socket, drainSeconds);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** One signal of a kind for each read: a flood of bytes costs no more than 64 system calls. */
  #take(bytes: Buffer): void {
    for (const signal of new Set(bytes)) {
      if (signal === EXIT_STATUS_WANTED) this.#exitStatusWanted = true;
      else if (signal > HIGHEST_SIGNAL) continue;
      else if (this.#deliver) this.#deliver(signal);
      else this.#pending.add(signal);
    }
  }
}
