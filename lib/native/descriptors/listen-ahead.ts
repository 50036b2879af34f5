import { isIPv6 } from 'node:net';
import { failed, libc } from '../koffi.ts';
import { closeDescriptor } from './descriptors.ts';

const openSocket = libc.func('int socket(int domain, int type, int protocol)');
const setOption = libc.func('int setsockopt(int fd, int level, int option, int *value, uint32_t size)');
const bind = libc.func('int bind(int fd, void *address, uint32_t size)');
const listen = libc.func('int listen(int fd, int backlog)');
const parse = libc.func('int inet_pton(int family, const char *text, void *address)');
const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SOL_IP = 0;
const IP_FREEBIND = 15;

/**
 * A TCP socket that listens on an address which this machine may not have yet (IP_FREEBIND, ip(7)): peers reach it as
 * soon as it has.
 *
 * @returns its descriptor
 * @throws SystemError, such as `EADDRINUSE`
 */
export function listenAhead(address: string, port: number, backlog: number): number {
  const [family, at, size] = isIPv6(address) ? [AF_INET6, 8, 28] : [AF_INET, 4, 16]; // sockaddr_in6, sockaddr_in
  const name = Buffer.alloc(size);
  name.writeUInt16LE(family);
  name.writeUInt16BE(port, 2);
  if (parse(family, address, name.subarray(at)) !== 1) throw new RangeError(`${address} is not an address`);
  const fd: number = openSocket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) throw failed('socket');
  const isDone =
    setOption(fd, SOL_SOCKET, SO_REUSEADDR, [1], 4) === 0 &&
    setOption(fd, SOL_IP, IP_FREEBIND, [1], 4) === 0 &&
    bind(fd, name, size) === 0 &&
    listen(fd, backlog) === 0;
  if (isDone) return fd;
  const error = failed(`cannot listen (${address} port ${port})`);
  closeDescriptor(fd);
  throw error;
}
