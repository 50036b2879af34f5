import { constants } from 'node:fs';
import { type FileHandle, open, rm, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { codeOf, isWindows, RexecError } from '../base/index.ts';

const PATIENCE_MS = 5000;
const AGAIN_MS = 20;
/** Flags of libuv on Windows: no one else may open the file meanwhile; it is deleted when it is closed. */
const [ALONE, UNTIL_CLOSED] = [0x1000_0000, 0x40];

/** Another program is changing the file. */
export class FileLockedError extends RexecError {}

/**
 * Does work that only one process at a time may do with a file. The lock is the kernel's on `PATH.lock`: flock(2), or
 * on Windows that no one else can open the file. It ends with its holder, whatever is left of the lock file.
 *
 * @throws FileLockedError if another process keeps the lock; the system's own error if the lock file cannot be made
 */
export async function locked<T>(
  path: string,
  work: () => Promise<T>,
  patienceMs: number = PATIENCE_MS,
): Promise<T> {
  const lock = `${path}.lock`;
  const held = await take(lock, path, performance.now() + patienceMs);
  try {
    return await work();
  } finally {
    if (!isWindows) await rm(lock, { force: true }).catch(() => {}); // what is left of it locks nothing
    await held.close();
  }
}

async function take(lock: string, path: string, end: number): Promise<FileHandle> {
  for (;;) {
    const file = await (isWindows ? openAlone(lock) : openLocked(lock));
    if (file) return file;
    if (performance.now() >= end)
      throw new FileLockedError(`${path} is locked by another program (lock file ${lock}); try again`);
    await delay(AGAIN_MS);
  }
}

async function openLocked(lock: string): Promise<FileHandle | undefined> {
  const { tryLock } = await import('../native/index.ts'); // only now: it loads koffi
  // SECURITY: mode 0600, because anyone who may open the file may lock it.
  const file = await open(lock, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
  let isOurs = false;
  try {
    isOurs = tryLock(file.fd) && (await isStillThere(lock, file));
  } finally {
    if (!isOurs) await file.close();
  }
  return isOurs ? file : undefined;
}

async function openAlone(lock: string): Promise<FileHandle | undefined> {
  try {
    return await open(lock, constants.O_RDWR | constants.O_CREAT | ALONE | UNTIL_CLOSED, 0o600);
  } catch (error) {
    if (codeOf(error) === 'EBUSY') return undefined;
    throw error;
  }
}

/** The holder before may have removed the lock file after it was opened here: then the lock is on nothing. */
async function isStillThere(lock: string, file: FileHandle): Promise<boolean> {
  const { ino, dev } = await file.stat();
  const now = await stat(lock).catch(() => undefined);
  return now?.ino === ino && now.dev === dev;
}
