import { once } from 'node:events';
import { chmod, lstat, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { isListenedOn } from '../../base/index.ts';

/** Nothing is read of a connection here: it goes to the process of the panel. */
const SOCKETS = { allowHalfOpen: true, noDelay: true, pauseOnConnect: true } as const;
const BACKLOG = 64;

/** What the panel listens on: a port of both loopback addresses, or a unix socket of the daemon's account alone. */
export class Doors {
  readonly #accept: (socket: Socket) => void;
  readonly #servers: Server[] = [];

  constructor(accept: (socket: Socket) => void) {
    this.#accept = accept;
  }

  /** @returns the port; 0 for a path. @throws Error of the system, such as `EADDRINUSE` */
  async open(listen: number | string): Promise<number> {
    try {
      return await (typeof listen === 'string' ? this.#openPath(listen) : this.#openPort(listen));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    for (const server of this.#servers.splice(0)) server.close(); // it removes the file of a path
  }

  async #openPort(wanted: number): Promise<number> {
    const server = await this.#listen({ host: '127.0.0.1', port: wanted });
    const { port } = server.address() as { port: number };
    // A machine without IPv6 has no ::1, and another program may have that port of it.
    await this.#listen({ host: '::1', port }).catch(() => {});
    return port;
  }

  async #openPath(path: string): Promise<number> {
    const there = await lstat(path).catch(() => undefined);
    if (there && !there.isSocket()) throw new Error(`${path} is not a socket`);
    if (there && (await isListenedOn({ path })))
      throw new Error(`another program is already listening on ${path}`);
    if (there) await rm(path);
    const before = process.umask(0o177); // nobody else, from the first moment
    try {
      await this.#listen({ path });
    } finally {
      process.umask(before);
    }
    await chmod(path, 0o600);
    return 0;
  }

  async #listen(where: { host: string; port: number } | { path: string }): Promise<Server> {
    const server = createServer(SOCKETS, this.#accept);
    server.listen({ ...where, backlog: BACKLOG });
    await once(server, 'listening');
    server.on('error', () => {}); // without a descriptor for it, a browser is dropped
    this.#servers.push(server);
    return server;
  }
}
