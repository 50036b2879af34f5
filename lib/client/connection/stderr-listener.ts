import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type ServerOpts, type Socket } from 'node:net';
import { Networks } from '../../base/index.ts';

/** Where a daemon connects back. */
interface Place {
  readonly host: string;
  readonly port: number;
  /** The address it may connect from. */
  readonly daemon: string;
  /** Addresses and networks it may connect from as well. */
  readonly others: readonly string[];
}

/** Listens for the one connection a daemon opens for stderr. */
export class StderrListener {
  readonly #server: Server;
  readonly #accepted: Promise<Socket>;

  private constructor(server: Server, daemon: string, others: Networks) {
    this.#server = server;
    this.#accepted = new Promise((resolve) => {
      let taken = false;
      server.on('connection', (socket) => {
        socket.on('error', () => {});
        // SECURITY: only from the addresses of daemons, and once; others could feed us output or read our signals.
        const from = socket.remoteAddress ?? '';
        if (taken || (from !== daemon && !others.include(from))) return void socket.destroy();
        taken = true;
        server.close();
        resolve(socket);
      });
    });
  }

  /** Listens on the address that the daemon knows us by; port 0 is a free one. */
  static async listen(
    { host, port, daemon, others }: Place,
    keepAlive: Pick<ServerOpts, 'keepAlive' | 'keepAliveInitialDelay'>,
  ): Promise<StderrListener> {
    const server = createServer({ allowHalfOpen: true, noDelay: true, ...keepAlive });
    const listener = new StderrListener(server, daemon, new Networks(others));
    server.listen({ host, port, backlog: 8 });
    await once(server, 'listening');
    return listener;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The daemon's connection. */
  get accepted(): Promise<Socket> {
    return this.#accepted;
  }

  close(): void {
    this.#server.close();
  }
}
