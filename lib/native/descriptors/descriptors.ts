import { failed, libc } from '../koffi.ts';

const fcntl = libc.func('int fcntl(int fd, int command, int argument)');
const close = libc.func('int close(int fd)');
const pipe2 = libc.func('int pipe2(void *descriptors, int flags)');
const socketpair = libc.func('int socketpair(int domain, int type, int protocol, void *descriptors)');
const setsockopt = libc.func('int setsockopt(int fd, int level, int option, void *value, uint32_t size)');
const closeRange = libc.func('int close_range(uint32_t first, uint32_t last, int flags)');
const F_SETFD = 2;
const F_SETPIPE_SZ = 1031;
const O_CLOEXEC = 0o2000000;
const CLOSE_RANGE_CLOEXEC = 4;
const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_SNDBUF = 7;
const FIRST_AFTER_STDIO = 3;
const LAST = 0xffff_ffff;

/** A pipe of this size moves bulk data with a quarter of the wake-ups. An account's pipes have a common limit. */
const PIPE_BYTES = 1024 * 1024;

const SEND_BYTES = 1024 * 1024;

/**
 * Keeps every descriptor above 2 that this process was started with from its children. None is closed: a thread of Node's may
 * have opened it, such as the one that reads the file of NODE_EXTRA_CA_CERTS, and would close its number a second time.
 */
export function closeAllOnExec(): void {
  closeRange(FIRST_AFTER_STDIO, LAST, CLOSE_RANGE_CLOEXEC);
}

/** Gives a program that this one executes these descriptors, and no other above 2. */
export function keepOnExec(descriptors: readonly number[]): void {
  closeAllOnExec();
  for (const fd of descriptors) fcntl(fd, F_SETFD, 0);
}

/** Closes a descriptor that no object of Node's owns. */
export function closeDescriptor(fd: number): void {
  close(fd);
}

/** A pipe, which children do not inherit: made by the kernel without a file system. @throws Error that names the cause */
export const openPipe = (): readonly [read: number, write: number] =>
  pairBy('pipe2', (into) => pipe2(into, O_CLOEXEC));

/** Makes a pipe as large as bulk data can use, if the descriptor is one and the account's limit allows it. */
export function enlargePipe(fd: number): void {
  fcntl(fd, F_SETPIPE_SZ, PIPE_BYTES);
}

/** Two descriptors of connected stream sockets, which children do not inherit. @throws Error that names the cause */
export const openSocketPair = (): readonly [near: number, far: number] =>
  pairBy('socketpair', (into) => socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, into));

/** Gives a socket as large a send buffer as the system allows (`net.core.wmem_max`): bulk data waits for fewer wake-ups. */
export function enlargeSendBuffer(fd: number): void {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(SEND_BYTES);
  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, bytes, bytes.length);
}

function pairBy(name: string, make: (into: Buffer) => number): readonly [number, number] {
  const pair = Buffer.alloc(8);
  if (make(pair) !== 0) throw failed(name);
  return [pair.readInt32LE(0), pair.readInt32LE(4)];
}
