import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { codeOf } from '../../base/index.ts';
import type { Listening } from '../script/script.ts';
import type { ChannelObservation, End } from './observation.ts';
import { resetConnection } from './reset.ts';
import type { Changes } from './waiting.ts';

const HOME = '127.0.0.1';
const MOST_KEPT = 1024 * 1024; // bytes
const LATE_MS = 10_000;
/** Ports of scripts that were played within that time. */
const LATELY = new Set<number>();
const RESERVED = { lowest: 600, highest: 1023 } as const;

/** What a listener needs to know of its peer. */
export interface ListenerOptions {
  readonly how: Listening;
  readonly lateMs: number;
  readonly address: string; // the peer's own
  readonly connectedFrom: number; // the peer's port on its main connection
  readonly sent: () => number; // bytes on the main connection so far
  readonly changes: Changes;
}

/** A peer's stderr port, treated as a script says. */
export class ChannelListener {
  readonly #options: ListenerOptions;
  readonly #servers: Server[] = [];
  readonly #sockets: Socket[] = [];
  readonly #chunks: Buffer[] = [];
  readonly #signals: number[] = [];
  port = 0;
  #kept = 0;
  #connections = 0;
  #astray = 0;
  #sentBefore = 0;
  #from = '';
  #end: End = 'open';
  #wasReset = false;

  private constructor(options: ListenerOptions) {
    this.#options = options;
  }

  static async open(options: ListenerOptions): Promise<ChannelListener> {
    const listener = new ChannelListener(options);
    const { how, address, connectedFrom } = options;
    // Nobody can listen there meanwhile: not even another script that is played at the same time.
    if (how === 'refuse') listener.port = connectedFrom;
    else if (how === 'reserved') listener.port = await listener.#listenReserved();
    else listener.port = await listener.#listenUnused(address);
    // A server that connects to its own idea of the peer, and not to the peer, comes here.
    if (how !== 'refuse' && address !== HOME)
      await listener.#listen(HOME, listener.port, true).catch(() => {});
    return listener;
  }

  get how(): Listening {
    return this.#options.how;
  }

  get connected(): boolean {
    return this.#connections > 0;
  }

  get ended(): boolean {
    return this.#end !== 'open';
  }

  get signals(): readonly number[] {
    return this.#signals;
  }

  observation(): ChannelObservation {
    return {
      how: this.#options.how,
      port: this.port,
      connections: this.#connections,
      sentBefore: this.#sentBefore,
      from: this.#from,
      astray: this.#astray,
      received: Buffer.concat(this.#chunks),
      end: this.#end,
      signals: this.#signals,
      wasReset: this.#wasReset,
    };
  }

  signal(numbers: readonly number[]): void {
    const [socket] = this.#sockets;
    if (!socket?.writable) return;
    this.#signals.push(...numbers);
    socket.write(Buffer.from(numbers));
  }

  halfClose(): void {
    this.#sockets[0]?.end();
  }

  async reset(ms: number): Promise<void> {
    this.#wasReset = true;
    const [socket] = this.#sockets;
    if (socket) await resetConnection(socket, ms);
  }

  close(): void {
    for (const server of this.#servers) server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  /** A port that no script had lately: a server that is late with its connection must not come to another one. */
  async #listenUnused(address: string): Promise<number> {
    const port = await this.#listen(address, 0);
    if (LATELY.has(port)) {
      const [unfit] = this.#servers.splice(0);
      const another = await this.#listenUnused(address);
      unfit!.close();
      return another;
    }
    LATELY.add(port);
    setTimeout(() => LATELY.delete(port), LATE_MS).unref();
    return port;
  }

  async #listen(host: string, port: number, astray = false): Promise<number> {
    const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true });
    server.on('connection', (socket) => this.#take(socket, astray));
    server.listen({ host, port, backlog: 8 });
    await once(server, 'listening');
    this.#servers.push(server);
    return (server.address() as AddressInfo).port;
  }

  /** The first reserved port that can be had; without the right to any, the number of one where nobody listens. */
  async #listenReserved(): Promise<number> {
    for (let port: number = RESERVED.highest; port >= RESERVED.lowest; port -= 1) {
      try {
        return await this.#listen(this.#options.address, port);
      } catch (error) {
        if (codeOf(error) !== 'EADDRINUSE') break;
      }
    }
    return RESERVED.highest;
  }

  #take(socket: Socket, astray: boolean): void {
    const { how, lateMs, sent, changes } = this.#options;
    socket.on('error', () => {});
    this.#sockets.push(socket);
    if (astray) this.#astray += 1;
    else this.#connections += 1;
    if (!astray && this.#connections === 1) {
      this.#sentBefore = sent();
      this.#from = socket.remoteAddress ?? '';
      this.#watch(socket);
      if (how === 'late') setTimeout(() => socket.resume(), lateMs);
      else if (how !== 'stall') socket.resume();
    }
    changes.notify();
  }

  #watch(socket: Socket): void {
    const { changes } = this.#options;
    socket.on('data', (chunk: Buffer) => {
      if (this.#kept < MOST_KEPT) this.#chunks.push(chunk);
      this.#kept += chunk.length;
      changes.notify();
    });
    socket.on('end', () => socket.end());
    socket.on('close', () => {
      if (this.#end === 'open' && !this.#wasReset) this.#end = socket.errored ? 'reset' : 'closed';
      changes.notify();
    });
    socket.on('end', () => {
      this.#end = 'closed';
      changes.notify();
    });
    if (this.#options.how === 'stall') socket.pause();
  }
}
