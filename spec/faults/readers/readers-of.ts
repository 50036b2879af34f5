import { readdirSync, readFileSync } from 'node:fs';
import { eventually } from '../../support/peer.ts';

const read = (path: string): string => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // it has ended
  }
};

/** Whether a process is a reader that this process started and that runs, past the trampoline. */
const isReader = (pid: string): boolean => {
  const status = read(`/proc/${pid}/status`);
  return (
    status.includes(`\nPPid:\t${process.pid}\n`) &&
    !/^State:\tZ/m.test(status) &&
    read(`/proc/${pid}/cmdline`)
      .split('\0')
      .some((word) => word.endsWith('/reader-program.ts')) &&
    !read(`/proc/${pid}/cmdline`).includes('trampoline')
  );
};

/** The readers of the daemon in this process. */
export const readers = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isReader(name))
    .map(Number);

/** Its one reader, once that runs. */
export async function theReader(): Promise<number> {
  let found: number[] = [];
  await eventually(() => {
    found = readers();
    return found.length === 1;
  }, 'there is one reader');
  return found[0]!;
}
