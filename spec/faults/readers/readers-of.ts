import { readFileSync } from 'node:fs';
import { eventually } from '../../support/peer.ts';
import { childrenOf } from '../../support/program.ts';

/** Words of a process; none of one that has ended. */
function wordsOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
  } catch {
    return [];
  }
}

/** The readers of the daemon in a process that run, past the trampoline. */
export const readers = (daemon = process.pid): number[] =>
  childrenOf(daemon).filter((pid) => {
    const words = wordsOf(pid);
    return (
      words.some((word) => word.endsWith('/reader-program.ts')) &&
      !words.some((word) => word.includes('trampoline'))
    );
  });

/** Its one reader, once that runs. */
export async function theReader(): Promise<number> {
  let found: number[] = [];
  await eventually(() => {
    found = readers();
    return found.length === 1;
  }, 'there is one reader');
  return found[0]!;
}
