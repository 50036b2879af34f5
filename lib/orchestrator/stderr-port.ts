import type { Socket } from 'node:net';
import { SessionError } from '../connection/index.ts';
import type { Front } from '../receive/index.ts';
import { connectBack } from './connect-back.ts';

interface Options {
  readonly front: Front;
  readonly connectBackSeconds: number;
  readonly keepAliveSeconds: number;
  readonly drainSeconds: number;
}

/** The stderr port of a peer, and the second connection to it. Nothing of that is read here. */
export class StderrPort {
  readonly #ends: { readonly address: string; readonly localAddress: string };
  readonly #options: Options;
  readonly #gone: AbortSignal;
  #port = 0;
  #allowed = true;
  #socket: Socket | undefined;
  #closed = false;

  /** @param gone aborted once the main connection is closed */
  constructor(
    ends: { readonly address: string; readonly localAddress: string },
    options: Options,
    gone: AbortSignal,
  ) {
    this.#ends = ends;
    this.#options = options;
    this.#gone = gone;
  }

  /** 0: none. */
  get port(): number {
    return this.#port;
  }

  /** @param allowed whether a channel may be in clear text */
  set(port: number, allowed: boolean): void {
    this.#port = port;
    this.#allowed = allowed;
  }

  /** Connects, if the peer named a port. @throws SessionError `REXEC_STDERR_UNREACHABLE` */
  async connect(): Promise<void> {
    if (this.#port === 0) return;
    if (!this.#allowed)
      throw new SessionError(
        'REXEC_STDERR_UNREACHABLE',
        'the stderr channel would be in clear text (tls.connectBack is false)',
      );
    const { connectBackSeconds: seconds, keepAliveSeconds } = this.#options;
    this.#socket = await connectBack(
      { ...this.#ends, port: this.#port, seconds, keepAliveSeconds },
      this.#gone,
    );
    if (this.#closed) await this.close();
  }

  /** The connection, for the run of the command. */
  take(): Socket | undefined {
    const socket = this.#socket;
    this.#socket = undefined;
    return socket;
  }

  /** Closes the connection, should it be made only now; its peer has a moment to leave. */
  async close(): Promise<void> {
    this.#closed = true;
    const socket = this.take();
    if (socket) await this.#options.front.turnAway(socket, false, null, this.#options.drainSeconds);
  }
}
