import type { Socket } from 'node:net';
import { SessionError } from '../connection/index.ts';
import type { Front } from '../receive/index.ts';
import { connectBack } from './connect-back.ts';
import { isNear } from './near.ts';
import type { Proxied } from './options.ts';

interface Options {
  readonly front: Pick<Front, 'turnAway'>;
  readonly connectBackSeconds: number;
  readonly keepAliveSeconds: number;
  readonly drainSeconds: number;
}

/** The addresses of the first connection. */
interface Ends {
  readonly address: string;
  readonly localAddress: string;
  readonly proxied: Proxied | undefined;
}

/** The stderr port of a peer, and the second connection to it. Nothing of that is read here. */
export class StderrPort {
  readonly #ends: Ends;
  readonly #options: Options;
  readonly #gone: AbortSignal;
  #port = 0;
  #allowed = true;
  #socket: Socket | undefined;
  #closed = false;

  /** @param gone aborted once the main connection is closed */
  constructor(ends: Ends, options: Options, gone: AbortSignal) {
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
    const { proxied, ...ends } = this.#ends;
    if (proxied === 'unnamed')
      throw new SessionError(
        'REXEC_STDERR_UNREACHABLE',
        `no connection to the proxy ${ends.address}, which named no client`,
      );
    if (proxied && isNear(ends.address))
      throw new SessionError(
        'REXEC_STDERR_UNREACHABLE',
        `no connection to ${ends.address} because a PROXY header names it`,
      );
    this.#socket = await connectBack({ ...ends, port: this.#port, seconds, keepAliveSeconds }, this.#gone);
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
