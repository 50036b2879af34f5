import { readFileSync } from 'node:fs';
import { PHASE_NAME } from '../failures.ts';
import { foldHosts } from '../hosts/fold.ts';
import type { Fleet } from './fleet.ts';
import type { Tally } from './tally.ts';

const MOST_SHOWN = 20;

/** Who still runs, for how long and how far it came, the longest first. */
export function whoRuns(fleet: Fleet, { done, total, failed, running, waiting }: Tally): string {
  const all = fleet.running.toSorted((one, other) => one.start - other.start);
  const shown = all.slice(0, MOST_SHOWN).map(({ target, start, phase }) => {
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    return `rexec:   ${target.name}: ${PHASE_NAME[phase]}, ${seconds} s`;
  });
  const others = all.slice(MOST_SHOWN).map(({ target }) => target.name);
  return [
    `rexec: ${done} of ${total} hosts done, ${failed} failed, ${running} running, ${waiting} waiting`,
    ...shown,
    ...(others.length > 0 ? [`rexec:   and ${others.length} more: ${foldHosts(others)}`] : []),
  ].join('\n');
}

/**
 * Calls `ask` for each line that is typed on a terminal that is nobody's input. In the background nothing is read, which
 * would stop this program.
 */
export function askedByEnter(ask: () => void): void {
  const { stdin } = process;
  if (!stdin.isTTY) return;
  stdin.on('data', ask);
  const readIfInForeground = () => (isInForeground() ? stdin.resume() : stdin.pause());
  readIfInForeground();
  process.on('SIGCONT', readIfInForeground);
}

/** Whether the process group of the terminal is this one's (proc(5): pgrp and tpgid of stat). */
function isInForeground(): boolean {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1');
    const [, , , group, , , ofTerminal] = stat.slice(stat.lastIndexOf(')') + 1).split(' ');
    return group === ofTerminal;
  } catch {
    return false;
  }
}
