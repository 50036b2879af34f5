import { failed, koffi, libc } from '../koffi.ts';

const flock = libc.func('int flock(int fd, int operation)');
const LOCK_EX = 2;
const LOCK_NB = 4;
const EWOULDBLOCK = 11;

/**
 * Locks an open file for this process alone. The kernel drops the lock when the last descriptor of the open file is
 * closed, so it ends with its holder.
 *
 * @returns false if another open file has the lock
 * @throws Error that names the cause
 */
export function tryLock(fd: number): boolean {
  if (flock(fd, LOCK_EX | LOCK_NB) === 0) return true;
  if (koffi.errno() === EWOULDBLOCK) return false;
  throw failed('flock');
}
