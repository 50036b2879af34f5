import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { encodeRequestFrame, encodeSignalFrame } from '../../../codec/index.ts';
import { reasonOf } from '../../base/index.ts';
import { Mux } from '../../mux/index.ts';
import { Lookahead } from '../answer/lookahead.ts';
import { readReply } from '../answer/reply.ts';
import { ExecError, isNotSocket } from '../errors.ts';
import type { ExecOptions, TlsOptions } from '../options.ts';
import { dial } from './dial.ts';
import type { Place } from './place.ts';
import { isMultiplexed, secured } from './secure.ts';
import { StderrListener } from './stderr-listener.ts';

const NO_STDERR_PORT = encodeRequestFrame({ type: 'stderrPort', port: 0 });
const CONNECT_SECONDS = 10;
const KEEP_ALIVE_SECONDS = 30;
const PROBE_MS = 1000;

/** What a conversation goes over. */
export interface Opened {
  /** Brings the answer and stdout, takes the request and stdin. */
  readonly main: Lookahead;
  /** The daemon's connection for stderr, where it made one. */
  readonly channel?: Lookahead;
  /** What carries `main`, stderr and the exit status in one connection. */
  readonly mux?: Mux;
}

/** The connection to a daemon and the stderr channel from it. */
export class Connections {
  readonly #place: Place;
  readonly #options: Partial<ExecOptions>;
  readonly #over = new AbortController();
  #main: Socket | undefined;
  #channel: Socket | undefined;
  #mux: Mux | undefined;
  #listener: StderrListener | undefined;

  constructor(place: Place, options: Partial<ExecOptions>) {
    this.#place = place;
    this.#options = options;
  }

  /** False while there is no way for it. */
  sendSignal(number: number): boolean {
    if (this.#mux) return this.#mux.sendSignal(number);
    if (!this.#channel?.writable) return false;
    this.#channel.write(encodeSignalFrame({ type: 'signal', number }));
    return true;
  }

  /** Asks each connection, once a second, whether the daemon's host still has it. The system ends one that it lost. */
  probe(): void {
    if (this.#keepAlive.keepAlive)
      for (const socket of [this.#main, this.#channel]) socket?.setKeepAlive(true, PROBE_MS);
  }

  /** All there is, the port sent and nothing else: so where the system says ENOTSOCK it may begin again. */
  async open(): Promise<Opened> {
    for (let retries = this.#options.notSocketRetries ?? 0; ; retries -= 1) {
      try {
        return await this.#openOnce();
      } catch (error) {
        if (retries <= 0 || !(error instanceof ExecError && isNotSocket(error.cause))) throw error;
        this.#drop();
      }
    }
  }

  close(): void {
    this.#over.abort();
    this.#drop();
  }

  get #keepAlive(): { keepAlive: boolean; keepAliveInitialDelay: number } {
    const { keepAliveSeconds = KEEP_ALIVE_SECONDS } = this.#options;
    return { keepAlive: keepAliveSeconds > 0, keepAliveInitialDelay: keepAliveSeconds * 1000 };
  }

  async #openOnce(): Promise<Opened> {
    const { tls = false, stderrChannel = true } = this.#options;
    const socket = await this.#connect();
    if (tls) return this.#openSecure(socket, tls === true ? {} : tls, stderrChannel);
    const main = new Lookahead(socket);
    if (stderrChannel) return { main, channel: await this.#openStderr(socket, main) };
    main.socket.write(NO_STDERR_PORT);
    return { main };
  }

  /** No second connection, which would go in clear text: stderr comes by the first, if the daemon can do that. */
  async #openSecure(socket: Socket, options: TlsOptions, stderrChannel: boolean): Promise<Opened> {
    const secure = await this.#secure(socket, options);
    if (isMultiplexed(secure)) {
      this.#mux = new Mux(secure, 'client');
      if (stderrChannel) this.#mux.wantStderr();
    }
    const main = new Lookahead(this.#mux?.main ?? secure);
    main.socket.write(NO_STDERR_PORT);
    return { main, ...(this.#mux && { mux: this.#mux }) };
  }

  async #secure(socket: Socket, options: TlsOptions): Promise<TLSSocket> {
    const { host } = this.#place;
    const { connectSeconds = CONNECT_SECONDS } = this.#options;
    this.#place.enter('tls', `with ${options.serverName ?? host}`);
    try {
      const work = secured(socket, host, options, this.#over.signal);
      return await this.#place.within(connectSeconds, work, 'REXEC_TLS_FAILED', 'the handshake timed out');
    } catch (error) {
      throw error instanceof ExecError
        ? error
        : this.#place.error('REXEC_TLS_FAILED', reasonOf(error), error);
    }
  }

  async #connect(): Promise<Socket> {
    const { host, port } = this.#place;
    const { family, connectSeconds = CONNECT_SECONDS } = this.#options;
    this.#place.enter('resolve', host);
    const flags = { port, allowHalfOpen: true, noDelay: true, ...this.#keepAlive };
    const { signal } = this.#over;
    const late = 'the connection timed out';
    const trying = (address: string) => this.#place.enter('connect', `${address} port ${port}`);
    const dialed = dial(host, flags, { family, seconds: connectSeconds, signal, trying }).then((socket) => {
      this.#main = socket;
      if (signal.aborted) this.#drop();
      return socket;
    });
    try {
      return await this.#place.within(connectSeconds, dialed, 'REXEC_UNREACHABLE', late);
    } catch (error) {
      throw error instanceof ExecError
        ? error
        : this.#place.error('REXEC_UNREACHABLE', reasonOf(error), error);
    }
  }

  async #openStderr(socket: Socket, main: Lookahead): Promise<Lookahead> {
    const { stderrPort = 0, stderrFrom = [], connectSeconds = CONNECT_SECONDS } = this.#options;
    const { exitStatus = true } = this.#options;
    const { localAddress = '', remoteAddress = '' } = socket;
    this.#place.enter('stderrChannel', `from ${remoteAddress}`);
    try {
      this.#listener = await StderrListener.listen(
        { host: localAddress, port: stderrPort, daemon: remoteAddress, others: stderrFrom },
        this.#keepAlive,
      );
    } catch (error) {
      throw this.#place.error('REXEC_NO_STDERR', reasonOf(error), error);
    }
    main.socket.write(encodeRequestFrame({ type: 'stderrPort', port: this.#listener.port }));
    const accepted = this.#connectedBack(main, this.#listener);
    const late = 'the daemon did not connect back in time';
    this.#channel = await this.#place.within(connectSeconds, accepted, 'REXEC_NO_STDERR', late);
    if (exitStatus) this.#channel.write(encodeSignalFrame({ type: 'exitStatusWanted' }));
    return new Lookahead(this.#channel);
  }

  /** The daemon may also refuse, or leave, instead of connecting back. */
  async #connectedBack(main: Lookahead, listener: StderrListener): Promise<Socket> {
    while (main.seen === 'nothing') {
      const socket = await Promise.race([listener.accepted, main.changed]);
      if (socket) return socket;
    }
    for await (const _ of readReply(main, this.#place, (answer) => answer))
      throw this.#place.error('REXEC_NO_STDERR', 'the daemon answered before it connected back');
    throw this.#place.error('REXEC_LOST', 'the connection ended before the daemon answered');
  }

  #drop(): void {
    this.#listener?.close();
    this.#main?.destroy();
    this.#channel?.destroy();
  }
}
