import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { koffi, libc } from '../../../lib/native/koffi.ts'; // configured once, before the first library
import { eventually } from '../peer.ts';

const openSocket = libc.func('int socket(int domain, int type, int protocol)');
const bindTo = libc.func('int bind(int fd, void *address, uint32_t size)');
const receive = libc.func('intptr_t recv(int fd, void *bytes, size_t size, int flags)');
const closeSocket = libc.func('int close(int fd)');

const [AF_UNIX, SOCK_DGRAM, SOCK_CLOEXEC, MSG_DONTWAIT] = [1, 2, 0o2000000, 0x40];

/** A unix socket for datagrams, which Node does not have. It takes only what it is asked to. */
export class DatagramReceiver {
  readonly #fd: number;
  readonly #bytes = Buffer.alloc(65_536);
  readonly #received: Buffer[] = [];

  constructor(t: TestContext, path: string) {
    const address = Buffer.concat([Buffer.from([AF_UNIX, 0]), Buffer.from(`${path}\0`)]);
    this.#fd = openSocket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert.equal(bindTo(this.#fd, address, address.length), 0, `bind: errno ${koffi.errno()}`);
    t.after(() => void closeSocket(this.#fd));
  }

  /** Every datagram that has come by now. */
  get received(): readonly Buffer[] {
    for (;;) {
      const size = receive(this.#fd, this.#bytes, this.#bytes.length, MSG_DONTWAIT);
      if (size < 0) return this.#received;
      this.#received.push(Buffer.from(this.#bytes.subarray(0, size)));
    }
  }

  /** The same as text. */
  get texts(): string[] {
    return this.received.map(String);
  }

  /** Waits for so many. */
  async get(count: number): Promise<readonly Buffer[]> {
    await eventually(() => this.received.length >= count, `${count} datagrams came`);
    return this.received;
  }
}
