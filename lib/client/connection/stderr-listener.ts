import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type ServerOpts, type Socket } from 'node:net';

/** Listens for the one connection a daemon opens for stderr. */
export class StderrListener {
  readonly #server: Server;
  readonly #accepted: Promise<Socket>;

  private constructor(server: Server, daemonAddress: string) {
    this.#server = server;
    this.#accepted = new Promise((resolve) => {
      let taken = false;
      server.on('connection', (socket) => {
        socket.on('error', () => {});
        // SECURITY: only the daemon we talk to, and once; anybody else could feed us output or read our signals.
        if (taken || socket.remoteAddress !== daemonAddress) return void socket.destroy();
        taken = true;
        server.close();
        resolve(socket);
      });
    });
  }

  /** Listens on the address that the daemon knows us by; port 0 is a free one. */
  static async listen(
    localAddress: string,
    port: number,
    daemonAddress: string,
    keepAlive: Pick<ServerOpts, 'keepAlive' | 'keepAliveInitialDelay'>,
  ): Promise<StderrListener> {
    const server = createServer({ allowHalfOpen: true, noDelay: true, ...keepAlive });
    const listener = new StderrListener(server, daemonAddress);
    server.listen({ host: localAddress, port, backlog: 8 });
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
