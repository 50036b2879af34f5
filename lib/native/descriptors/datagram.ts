import { failed, libc } from '../koffi.ts';

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const MSG_NOSIGNAL = 0x4000;
const LONGEST_PATH = 107; // sun_path

const openSocket = libc.func('int socket(int domain, int type, int protocol)');
const sendTo = libc.func(
  'intptr_t sendto(int fd, void *bytes, size_t size, int flags, void *address, uint32_t addressSize)',
);
const closeSocket = libc.func('int close(int fd)');

/**
 * Sends datagrams to a unix socket, which Node cannot: syslog's, journald's, the service manager's. It never blocks.
 * A path that begins with `@` is in the abstract namespace.
 */
export class DatagramSender {
  readonly #path: string;
  readonly #address: Buffer;
  readonly #fd: number;

  /** @throws RangeError for a path that no unix socket can have; SystemError */
  constructor(path: string) {
    const name = Buffer.from(path.startsWith('@') ? `\0${path.slice(1)}` : path);
    if (name.length === 0 || name.length > LONGEST_PATH)
      throw new RangeError(`socket path ${path}: 1 to ${LONGEST_PATH} bytes`);
    this.#path = path;
    this.#address = Buffer.alloc(2 + name.length + (path.startsWith('@') ? 0 : 1));
    this.#address.writeUInt16LE(AF_UNIX);
    name.copy(this.#address, 2);
    this.#fd = openSocket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (this.#fd < 0) throw failed(`datagram to ${path}`);
  }

  /** @throws SystemError: no one listens (ENOENT, ECONNREFUSED), the receiver is full (EAGAIN), too large (EMSGSIZE) */
  send(bytes: Uint8Array): void {
    const sent = sendTo(this.#fd, bytes, bytes.length, MSG_NOSIGNAL, this.#address, this.#address.length);
    if (sent < 0) throw failed(`datagram to ${this.#path}`);
  }

  close(): void {
    closeSocket(this.#fd);
  }
}
