import { readFileSync } from 'node:fs';

/** How many files this process may have open: the soft limit, which Node.js raises to the hard one. Infinite if it is not known. */
export function openFileLimit(): number {
  try {
    const [, limit] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1')) ?? [];
    return limit === undefined ? Number.POSITIVE_INFINITY : Number(limit);
  } catch {
    return Number.POSITIVE_INFINITY; // no /proc
  }
}
