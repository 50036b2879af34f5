import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { EventLog } from '../events/index.ts';

/** Where to listen, and how. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly backlog: number;
  /** Silence after which the system asks a peer whether it is still there; 0: it does not ask. */
  readonly keepAliveSeconds: number;
}

/** Nothing is read before a session asks for it, and then one chunk at a time: a peer parks at most that here. */
const SOCKETS = {
  allowHalfOpen: true,
  noDelay: true,
  highWaterMark: 1,
} as const;

/** What becomes of the connections. */
export interface ListenerUse {
  /** They are to speak TLS. */
  readonly secure: boolean;
  /** Nothing is read of them here: another process will. */
  readonly unread: boolean;
}

/** Accepts connections on one socket, of its own or one that the service manager opened. */
export class Listener {
  readonly #server: Server;
  readonly #events: EventLog;
  readonly #endpoint: Endpoint;
  readonly #announcement: 'listening' | 'listeningSecurely';

  constructor(
    endpoint: Endpoint,
    events: EventLog,
    { secure, unread }: ListenerUse,
    accept: (socket: Socket) => void,
  ) {
    this.#endpoint = endpoint;
    this.#announcement = secure ? 'listeningSecurely' : 'listening';
    this.#events = events;
    const { keepAliveSeconds } = endpoint;
    const keepAlive = { keepAlive: keepAliveSeconds > 0, keepAliveInitialDelay: keepAliveSeconds * 1000 };
    this.#server = createServer({ ...SOCKETS, ...keepAlive, pauseOnConnect: unread }, accept);
  }

  /** Resolves when it listens. Rejects with the system's error, such as `EADDRINUSE`. */
  async listen(descriptor?: number): Promise<void> {
    const { host, port, backlog } = this.#endpoint;
    try {
      this.#server.listen(descriptor === undefined ? { host, port, backlog } : { fd: descriptor, backlog });
      await once(this.#server, 'listening');
    } catch (error) {
      this.#events.emit('listenFailed', { address: host, port, cause: (error as Error).message });
      throw error;
    }
    this.#server.on('error', (error) => this.#events.emit('acceptFailed', { cause: error.message }));
    const { address, port: taken } = this.address;
    this.#events.emit(this.#announcement, { address, port: taken });
  }

  /** What is listened on. */
  get address(): AddressInfo {
    return this.#server.address() as AddressInfo;
  }

  /** Whether it listens where it is to listen; a port of its own choice is as good as 0. */
  serves({ host, port }: Endpoint): boolean {
    return host === this.#endpoint.host && (port === this.#endpoint.port || port === this.address.port);
  }

  /** Accepts no more; connections that were accepted stay. */
  close(): void {
    this.#server.close();
  }
}
