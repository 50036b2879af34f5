import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { libc } from '../../../lib/native/koffi.ts';
import { eventually } from '../peer.ts';

const openSocket = libc.func('int socket(int domain, int type, int protocol)');
const bindSocket = libc.func('int bind(int fd, void *address, uint32_t size)');
const receive = libc.func('intptr_t recv(int fd, void *bytes, size_t size, int flags)');
const closeSocket = libc.func('int close(int fd)');

const AF_UNIX = 1;
const SOCK_DGRAM_NONBLOCK_CLOEXEC = 2 | 0o4000 | 0o2000000;

/** The service manager's end of the notification socket: a real one, read only when a test asks. */
export class NotifySocket {
  readonly path: string;
  readonly #fd: number;
  #messages: string[] = [];

  /** @param name path, or `@name` in the abstract namespace; a path of its own unless given */
  constructor(t: TestContext, name?: string) {
    const folder = mkdtempSync(join(tmpdir(), 'rexecd-notify-'));
    this.path = name ?? join(folder, 'socket');
    const address = Buffer.from(
      `\x01\0${this.path.replace(/^@/, '\0')}${this.path.startsWith('@') ? '' : '\0'}`,
    );
    this.#fd = openSocket(AF_UNIX, SOCK_DGRAM_NONBLOCK_CLOEXEC, 0);
    if (bindSocket(this.#fd, address, address.length) !== 0) throw new Error(`cannot bind ${this.path}`);
    t.after(() => {
      closeSocket(this.#fd);
      rmSync(folder, { recursive: true, force: true });
    });
  }

  /** Everything that has come so far. */
  get messages(): readonly string[] {
    const bytes = Buffer.alloc(4096);
    for (let size = this.#read(bytes); size >= 0; size = this.#read(bytes))
      this.#messages.push(bytes.toString('utf8', 0, size));
    return this.#messages;
  }

  /** The nth message that matches, once it has come. */
  async seen(pattern: RegExp, nth = 0): Promise<string> {
    const matching = () => this.messages.filter((each) => pattern.test(each));
    await eventually(
      () => matching().length > nth,
      `a notification like ${pattern}; so far: ${this.messages}`,
    );
    return matching()[nth]!;
  }

  #read(bytes: Buffer): number {
    return Number(receive(this.#fd, bytes, bytes.length, 0));
  }
}
