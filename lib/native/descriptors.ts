import { libc } from './koffi.ts';

const fcntl = libc.func('int fcntl(int fd, int command, int argument)');
const F_SETFD = 2;
const FD_CLOEXEC = 1;

/** Keeps a descriptor that this process was started with from its children. */
export function closeOnExec(fd: number): void {
  fcntl(fd, F_SETFD, FD_CLOEXEC);
}
