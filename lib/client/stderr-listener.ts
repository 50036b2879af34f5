import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** Listens for the one connection a daemon opens for stderr. */
export class StderrListener {
  readonly #server: Server;
  readonly #accepted: Promise<Socket>;

  private constructor(server: Server, daemonAddress: string) {
    this.#server = server;
    this.#accepted = new Promise((resolve) => {
      server.on('connection', (socket) => {
        socket.on('error', () => {});
        // SECURITY: only the daemon we talk to; anybody else could feed us output or read our signals.
        if (socket.remoteAddress === daemonAddress) resolve(socket);
        else socket.destroy();
      });
    });
  }

  /** Listens on the address that the daemon knows us by, at a free port. */
  static async listen(localAddress: string, daemonAddress: string): Promise<StderrListener> {
    const server = createServer({ allowHalfOpen: true, noDelay: true, keepAlive: true });
    const listener = new StderrListener(server, daemonAddress);
    server.listen({ host: localAddress, port: 0, backlog: 8 });
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
