import { readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { SettingsError } from './errors.ts';

const PATIENCE_MS = 5000;
const AGAIN_MS = 20;

/** Does work that only one process at a time may do with a file. @throws SettingsError when another does not end */
export async function locked<T>(
  path: string,
  work: () => Promise<T>,
  patienceMs: number = PATIENCE_MS,
): Promise<T> {
  const lock = `${path}.lock`;
  const end = performance.now() + patienceMs;
  while (!(await taken(lock))) {
    const holder = Number(await readFile(lock, 'utf8').catch(() => 0));
    if (holder > 0 && !isAlive(holder))
      await rm(lock, { force: true }); // it was killed at work
    else if (performance.now() < end) await delay(AGAIN_MS);
    else throw new SettingsError(`${path} is locked by process ${holder} (lock file ${lock}); try again`);
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function taken(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, `${process.pid}\n`, { flag: 'wx', mode: 0o644 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
