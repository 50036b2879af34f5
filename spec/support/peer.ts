import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket, type TcpNetConnectOpts } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { within as waitWithin } from '../../lib/base/index.ts';

/** How long anything may take on a busy machine before it counts as never. */
export const PATIENCE_MS = 60_000;
const WAKING = ['readable', 'end', 'error', 'close'] as const;

/** What `work` gives, or an error that says what was waited for. */
export async function within<T>(work: Promise<T>, what: string): Promise<T> {
  return waitWithin(PATIENCE_MS / 1000, work, () => {
    throw new Error(`waited ${PATIENCE_MS / 1000} s for ${what}`);
  });
}

/** For what no event tells: asks until it is so. */
export async function eventually(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited ${PATIENCE_MS / 1000} s until ${what}`);
    await delay(5);
  }
}

/** Whatever ends what it is told to: a test. */
export interface Scope {
  after(end: () => void): void;
}

/** Both ends of a connection, each half-open on its own; the accepted one is not read. */
export async function connectedSockets(t: Scope): Promise<[accepted: Socket, client: Socket]> {
  const ends = { allowHalfOpen: true, noDelay: true };
  const server = createServer({ ...ends, pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const arrives = once(server, 'connection');
  const client = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', ...ends });
  const [accepted] = (await arrives) as [Socket];
  server.close();
  t.after(() => {
    accepted.destroy();
    client.destroy();
  });
  return [accepted, client];
}

/** One end of a TCP connection that does just what it is told: it reads only when it is asked to. */
export class Peer {
  readonly socket: Socket;
  #wake: () => void = () => {};

  constructor(t: Scope, socket: Socket) {
    this.socket = socket;
    for (const event of WAKING) socket.on(event, () => this.#wake());
    t.after(() => void socket.destroy());
  }

  static async connect(t: Scope, options: TcpNetConnectOpts): Promise<Peer> {
    const socket = connect({ allowHalfOpen: true, noDelay: true, ...options });
    const peer = new Peer(t, socket);
    await within(once(socket, 'connect'), 'the connection');
    return peer;
  }

  /** Resolves once the bytes are with the kernel; a string is latin1. */
  async send(bytes: string | Uint8Array): Promise<void> {
    const buffer = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
    await within(
      new Promise<void>((resolve, reject) => {
        this.socket.write(buffer, (error) => (error ? reject(error) : resolve()));
      }),
      `${buffer.length} bytes to be sent`,
    );
  }

  /** What has arrived, as it comes; null at the end of the stream. */
  async chunk(what = 'bytes'): Promise<Buffer | null> {
    return this.#take(() => this.socket.read(), what);
  }

  /** Exactly `count` bytes, as latin1. */
  async read(count: number): Promise<string> {
    const bytes = await this.#take(() => this.socket.read(count), `${count} bytes`);
    if (bytes?.length !== count) throw new Error(`the stream ended with ${JSON.stringify(String(bytes))}`);
    return bytes.toString('latin1');
  }

  /** Everything up to the end of the stream, as latin1. */
  async toEnd(): Promise<string> {
    const chunks: Buffer[] = [];
    for (let chunk = await this.chunk(); chunk; chunk = await this.chunk('the end')) chunks.push(chunk);
    return Buffer.concat(chunks).toString('latin1');
  }

  /** Number and md5 of all bytes up to the end of the stream; holds none of them. */
  async digest(): Promise<[bytes: number, md5: string]> {
    const md5 = createHash('md5');
    let bytes = 0;
    for (let chunk = await this.chunk(); chunk; chunk = await this.chunk('the end')) {
      md5.update(chunk);
      bytes += chunk.length;
    }
    return [bytes, md5.digest('hex')];
  }

  /** No more bytes from this side; the other may go on. */
  halfClose(): void {
    this.socket.end();
  }

  reset(): void {
    this.socket.resetAndDestroy();
  }

  async #take(read: () => Buffer | null, what: string): Promise<Buffer | null> {
    for (;;) {
      const chunk = read();
      if (chunk !== null) return chunk;
      if (this.socket.readableEnded) return null;
      if (this.socket.destroyed) throw this.socket.errored ?? new Error('the connection was destroyed');
      const woken = Promise.withResolvers<void>();
      this.#wake = woken.resolve;
      await within(woken.promise, what);
    }
  }
}

/** A peer's own port for stderr. */
export interface StderrPort {
  readonly port: number;
  /** The first connection to it. */
  readonly accepted: Promise<Peer>;
  /** Connections so far. */
  readonly count: () => number;
}

export async function listenForStderr(t: Scope, host = '127.0.0.1'): Promise<StderrPort> {
  const server = createServer({ allowHalfOpen: true, noDelay: true });
  const first = Promise.withResolvers<Peer>();
  let count = 0;
  server.on('connection', (socket) => {
    count += 1;
    first.resolve(new Peer(t, socket));
  });
  first.promise.catch(() => {}); // nobody may be waiting
  t.after(() => {
    server.close();
    first.reject(new Error('the test ended before the daemon connected back'));
  });
  server.listen(0, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    count: () => count,
    get accepted() {
      return within(first.promise, 'the daemon to connect back');
    },
  };
}
