import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createClient } from '@redis/client';
import { freePort } from '../free-port.ts';
import { findProgram, Program, ROOT, temporaryFolder } from '../program.ts';

const REDIS = findProgram('redis-server');
export const noRedis: string | false = !REDIS && 'needs redis-server (Debian: redis-server)';

const PASSWORD = 'a-password-of-32-characters-long';
const GUIDE = readFileSync(join(ROOT, 'docs/fleet.md'), 'utf8');
const LINE = /^user rexecd .*$/m.exec(GUIDE)![0];

/** What that user may do. */
export const GRANTED: readonly string[] = [...LINE.matchAll(/\+(\w+)/g)].map(([, command]) => command!);

/** The user that docs/fleet.md shows, and the spec. */
const USERS = `user default off\nuser spec on >${PASSWORD} ~* +@all\n${LINE.replace('PASSWORD', PASSWORD)}\n`;

/** A real server, with the rights of docs/fleet.md. It forgets everything when it is killed. */
export class RedisServer {
  readonly port: number;
  readonly passwordFile: string;
  readonly #t: TestContext;
  readonly #words: readonly string[];
  #program: Program;
  #client: { sendCommand(words: string[]): Promise<unknown> } | undefined;

  private constructor(t: TestContext, port: number, folder: string, more: readonly string[]) {
    this.#t = t;
    this.port = port;
    this.passwordFile = join(folder, 'password');
    writeFileSync(this.passwordFile, `${PASSWORD}\n`, { mode: 0o600 });
    const users = join(folder, 'users.acl');
    writeFileSync(users, USERS);
    const own = ['--bind', '127.0.0.1', '--save', '', '--aclfile', users, '--dir', folder];
    this.#words = [...own, ...(more.length > 0 ? more : ['--port', String(port)])];
    this.#program = new Program(t, REDIS!, this.#words);
  }

  /** @param tls files of its certificate; it speaks clear text without */
  static async start(t: TestContext, tls?: { cert: string; key: string; ca: string }): Promise<RedisServer> {
    const port = await freePort();
    const { cert = '', key = '', ca = '' } = tls ?? {};
    const secure = [
      '--port',
      '0',
      '--tls-port',
      String(port),
      '--tls-cert-file',
      cert,
      '--tls-key-file',
      key,
    ];
    const more = tls ? [...secure, '--tls-ca-cert-file', ca, '--tls-auth-clients', 'no'] : [];
    const server = new RedisServer(t, port, temporaryFolder(t), more);
    await server.#isUp();
    return server;
  }

  /** Settings of a daemon that shares its lockouts here. */
  settings(port = this.port): { sharedLockouts: string; sharedLockoutsPassword: string } {
    return {
      sharedLockouts: `redis://rexecd@127.0.0.1:${port}`,
      sharedLockoutsPassword: this.passwordFile,
    };
  }

  get pid(): number {
    return this.#program.pid;
  }

  signal(signal: NodeJS.Signals): void {
    this.#program.child.kill(signal);
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.#program.end();
  }

  /** Another one on the same port, which knows nothing. */
  async startAgain(): Promise<void> {
    this.#program = new Program(this.#t, REDIS!, this.#words);
    await this.#isUp();
  }

  /** Answers a command of an administrator. */
  async ask(...words: string[]): Promise<unknown> {
    this.#client ??= await this.#connected();
    return this.#client.sendCommand(words);
  }

  async #connected() {
    const socket = { host: '127.0.0.1', port: this.port };
    const login = { username: 'spec', password: PASSWORD };
    const client = createClient({ socket, ...login, RESP: 2, disableClientInfo: true });
    client.on('error', () => {}); // the command has it
    this.#t.after(() => client.destroy());
    return client.connect();
  }

  async #isUp(): Promise<void> {
    await this.#program.says(/Ready to accept connections/);
  }
}

/**
 * A network between daemons and a server that can be cut: what was sent is lost, and nobody is told. It can also be slow:
 * what the server answers is on its way for some time.
 */
export class Cable {
  readonly #server: Server;
  readonly #ends = new Set<Socket>();
  #isCut = false;
  #slowMs = 0;

  private constructor(to: number) {
    this.#server = createServer((near) => {
      const far = connect(to, '127.0.0.1');
      for (const [from, into] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#ends.add(from);
        from.on('data', (bytes) => {
          if (this.#isCut) return;
          if (from === near || this.#slowMs === 0) into.write(bytes);
          else setTimeout(() => into.write(bytes), this.#slowMs);
        });
        from.on('error', () => into.destroy());
        from.on('close', () => {
          this.#ends.delete(from);
          into.destroy();
        });
      }
    });
  }

  static async to(t: TestContext, port: number): Promise<Cable> {
    const cable = new Cable(port);
    cable.#server.listen(0, '127.0.0.1');
    await once(cable.#server, 'listening');
    t.after(() => {
      cable.#server.close();
      for (const end of cable.#ends) end.destroy();
    });
    return cable;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  cut(): void {
    this.#isCut = true;
  }

  mend(): void {
    this.#isCut = false;
  }

  /** From now on an answer takes that much longer. */
  slow(ms: number): void {
    this.#slowMs = ms;
  }
}
