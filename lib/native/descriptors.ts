import { errnoName, koffi, libc } from './koffi.ts';

const fcntl = libc.func('int fcntl(int fd, int command, int argument)');
const close = libc.func('int close(int fd)');
const socketpair = libc.func('int socketpair(int domain, int type, int protocol, void *descriptors)');
const F_SETFD = 2;
const F_DUPFD_CLOEXEC = 1030;
const FD_CLOEXEC = 1;
const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0o2000000;

/** Keeps a descriptor that this process was started with from its children. */
export function closeOnExec(fd: number): void {
  fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/** Another descriptor of the same open file, which children do not inherit. @throws Error that names the cause */
export function duplicateDescriptor(fd: number): number {
  const duplicate: number = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (duplicate < 0) throw new Error(`fcntl: ${errnoName(koffi.errno())}`);
  return duplicate;
}

/** Closes a descriptor that no object of Node's owns. */
export function closeDescriptor(fd: number): void {
  close(fd);
}

/** Two descriptors of connected stream sockets, which children do not inherit. @throws Error that names the cause */
export function openSocketPair(): readonly [near: number, far: number] {
  const pair = Buffer.alloc(8);
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) !== 0)
    throw new Error(`socketpair: ${errnoName(koffi.errno())}`);
  return [pair.readInt32LE(0), pair.readInt32LE(4)];
}
