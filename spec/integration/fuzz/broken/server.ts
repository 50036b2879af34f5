/** A small rexec server on raw sockets that shares no code with the project. bugs.ts breaks one thing at a time. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { FieldReader, Refused } from './field-reader.ts';

export const USER = 'ada';
export const PASSWORD = 's3cret';
const LOGIN_MS = 8; // every login takes that long, whatever becomes of it

export type Field = 'port' | 'username' | 'password' | 'command';

/** One connection, from the port to the end. Every step can be overridden by a server that gets it wrong. */
export class Session {
  readonly limits: Readonly<Record<Field, number>> = { port: 5, username: 256, password: 256, command: 8192 };
  readonly socket: Socket;
  readonly reader: FieldReader;
  channel: Socket | undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    this.reader = new FieldReader(socket);
  }

  async serve(): Promise<void> {
    try {
      this.channel = await this.openChannel();
      const user = await this.field('username');
      const password = await this.field('password');
      const command = await this.field('command');
      await this.login(user, password);
      this.accept();
      await this.run(command);
    } catch (error) {
      if (error instanceof Refused) await this.refuse(error.message);
    } finally {
      await this.end();
    }
  }

  field(name: Field): Promise<Buffer> {
    return this.reader.field(name, this.limits[name]);
  }

  async openChannel(): Promise<Socket | undefined> {
    const port = this.port(await this.field('port'));
    return port === 0 ? undefined : this.connectBack(port);
  }

  /** @throws Refused unless it is empty or up to five digits, and 0 or 1024 to 65535 */
  port(digits: Buffer): number {
    const text = digits.toString('latin1');
    const port = Number(text);
    if (!/^\d*$/.test(text) || (port !== 0 && port < 1024) || port > 65_535)
      throw new Refused('invalid port');
    return port;
  }

  async connectBack(port: number, host = this.socket.remoteAddress): Promise<Socket> {
    const channel = connect({
      host: host!,
      port,
      localAddress: this.socket.localAddress!,
      allowHalfOpen: true,
    });
    channel.on('error', () => {});
    await once(channel, 'connect').catch(() => {
      throw new Refused('cannot connect to the port');
    });
    return channel;
  }

  async login(user: Buffer, password: Buffer): Promise<void> {
    await delay(LOGIN_MS);
    if (user.toString('latin1') !== USER || password.toString('latin1') !== PASSWORD)
      throw new Refused('Login incorrect.');
  }

  accept(): void {
    this.socket.write('\0');
  }

  /** The command's input is what comes after its NUL; its output goes back, stderr to the channel where there is one. */
  async run(command: Buffer): Promise<void> {
    const child = this.start(command);
    child.stdin!.on('error', () => {});
    child.stdin!.write(this.reader.rest());
    this.socket.pipe(child.stdin!);
    child.stdout!.pipe(this.socket, { end: false });
    child.stderr!.pipe(this.channel ?? this.socket, { end: false });
    this.channel?.on('data', (signals: Buffer) => {
      for (const signal of signals) if (signal > 0 && signal <= 64) this.signal(child, signal);
    });
    const closed = once(child, 'close');
    if (this.socket.destroyed) this.signal(child, 9);
    else this.socket.once('close', () => this.signal(child, 9));
    await closed;
  }

  start(command: Buffer): ChildProcess {
    return spawn('/bin/sh', ['-c', command.toString('latin1')], { detached: true });
  }

  signal(child: ChildProcess, signal: number): void {
    if (child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(-child.pid!, signal);
    } catch {
      // it has just ended
    }
  }

  async refuse(text: string): Promise<void> {
    this.socket.write(`\x01${text}\n`);
  }

  /** Half-closes, and reads what still comes, so that nothing resets the connection. */
  async end(): Promise<void> {
    for (const socket of [this.socket, this.channel]) {
      if (!socket) continue;
      socket.end();
      socket.resume();
      setTimeout(() => socket.destroy(), 1000).unref();
    }
  }
}

/** Listens on a free loopback port, says which, and serves until it is killed. */
export function serve(Kind: typeof Session): void {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    socket.on('error', () => {});
    void new Kind(socket).serve();
  });
  server.listen(0, '127.0.0.1', () =>
    console.log(`listening on port ${(server.address() as AddressInfo).port}`),
  );
}
