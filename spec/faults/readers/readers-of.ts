import { readdirSync, readFileSync } from 'node:fs';
import { eventually } from '../../support/peer.ts';

const read = (path: string): string => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // it has ended
  }
};

/** Whether a process is a reader that a daemon started and that runs, past the trampoline. */
const isReader = (pid: string, daemon: number): boolean => {
  const status = read(`/proc/${pid}/status`);
  return (
    status.includes(`\nPPid:\t${daemon}\n`) &&
    !/^State:\tZ/m.test(status) &&
    read(`/proc/${pid}/cmdline`)
      .split('\0')
      .some((word) => word.endsWith('/reader-program.ts')) &&
    !read(`/proc/${pid}/cmdline`).includes('trampoline')
  );
};

/** The readers of the daemon in a process. */
export const readers = (daemon = process.pid): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isReader(name, daemon))
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
