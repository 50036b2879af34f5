import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type ExitStatus, encodeExitStatus } from '../../codec/index.ts';
import { type Channel, relayStderr } from './channel.ts';
import { SessionError } from './errors.ts';
import { keepAlive } from './keep-alive.ts';
import { lingeringClose } from './linger.ts';
import { sourceFor } from './route.ts';
import { SignalInbox } from './signal-inbox.ts';

/** Where to connect back to: the peer's own address, from the address it connected to (protocol.md 1.4). */
export interface ConnectBack {
  readonly address: string;
  readonly localAddress: string;
  readonly port: number;
  readonly seconds: number;
  readonly keepAliveSeconds: number;
}

/** A client that sends signal 0, a no-op everywhere, asks for the exit status. */
const EXIT_STATUS_WANTED = 0;

/**
 * Connects to a peer's stderr port. Nothing is read of the connection: signals that come early are the run's.
 *
 * @throws SessionError `REXEC_STDERR_UNREACHABLE`: refused, unreachable, too late, all the same
 */
export async function connectBack(
  { address, localAddress, port, seconds, keepAliveSeconds }: ConnectBack,
  gone: AbortSignal,
): Promise<Socket> {
  // Binding takes a port for this connection alone; without it the system shares ports between destinations.
  const isSource = (await sourceFor(address)) === localAddress;
  const socket = connect({
    host: address,
    port,
    ...(!isSource && { localAddress }),
    allowHalfOpen: true,
    noDelay: true,
  });
  socket.pause();
  socket.on('error', () => {}); // for its whole life: a late reset is no failure of the session
  const late = AbortSignal.timeout(Math.ceil(seconds * 1000));
  try {
    await once(socket, 'connect', { signal: AbortSignal.any([gone, late]) });
    if (socket.localPort === port && localAddress === address) throw new Error('connected to itself');
    keepAlive(socket, keepAliveSeconds);
    return socket;
  } catch (cause) {
    socket.destroy();
    const why =
      cause instanceof Error && cause.name !== 'AbortError'
        ? cause.message
        : `no answer within ${seconds} s (connectBackSeconds)`;
    throw new SessionError('REXEC_STDERR_UNREACHABLE', `stderr port ${port}: ${why}`, { cause });
  }
}

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
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
    socket.resume();
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

  #take(bytes: Buffer): void {
    if (bytes.includes(EXIT_STATUS_WANTED)) this.#exitStatusWanted = true;
    this.#signals.take(bytes);
  }
}
