import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { EventLog } from '../events/index.ts';

/** Where to listen. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly backlog: number;
}

/** Nothing is read before a session asks for it, and then one chunk at a time: a peer parks at most that here. */
const SOCKETS = {
  allowHalfOpen: true,
  noDelay: true,
  keepAlive: true, // a peer that is cut off is noticed, after a minute of silence and the system's probes
  keepAliveInitialDelay: 60_000,
  highWaterMark: 1,
} as const;

/** Accepts connections on one socket, of its own or one that the service manager opened. */
export class Listener {
  readonly #server: Server;
  readonly #events: EventLog;
  readonly #endpoint: Endpoint;

  /** @param unread nothing is read here: another process will */
  constructor(endpoint: Endpoint, events: EventLog, unread: boolean, accept: (socket: Socket) => void) {
    this.#endpoint = endpoint;
    this.#events = events;
    this.#server = createServer({ ...SOCKETS, pauseOnConnect: unread }, accept);
  }

  /** Resolves with the address that is listened on. Rejects with the system's error, such as `EADDRINUSE`. */
  async listen(descriptor?: number): Promise<AddressInfo> {
    const { host, port, backlog } = this.#endpoint;
    try {
      this.#server.listen(descriptor === undefined ? { host, port, backlog } : { fd: descriptor, backlog });
      await once(this.#server, 'listening');
    } catch (error) {
      this.#events.emit('listenFailed', { address: host, port, cause: (error as Error).message });
      throw error;
    }
    this.#server.on('error', (error) => this.#events.emit('acceptFailed', { cause: error.message }));
    const address = this.#server.address() as AddressInfo;
    this.#events.emit('listening', { address: address.address, port: address.port });
    return address;
  }

  /** Accepts no more; connections that were accepted stay. */
  close(): void {
    this.#server.close();
  }
}
