import { readdirSync, readFileSync } from 'node:fs';

/** Numbers of the processes with a word in their command lines: those of Wine are processes of Linux, too. */
export const processesWith = (word: string): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(word);
      } catch {
        return false; // it is gone
      }
    })
    .map(Number);
