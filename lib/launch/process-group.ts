import { readdir, readFile } from 'node:fs/promises';
import type { Group } from './launcher.ts';

/** The process group of a command. Its leader is the shell. */
export class ProcessGroup implements Group {
  readonly #leader: number;
  #gone = false;

  constructor(leader: number) {
    this.#leader = leader;
  }

  signal(signal: NodeJS.Signals | number): boolean {
    if (this.#gone) return false;
    try {
      return process.kill(-this.#leader, signal);
    } catch {
      return false;
    }
  }

  /**
   * To be called once the leader was reaped. From then on its number may be given to another process as soon as the
   * group is empty, so an empty group is never signalled again.
   */
  leaderReaped(): void {
    this.#gone = !this.signal(0);
  }

  /** True once the leader was reaped and nobody is left in the group. */
  get gone(): boolean {
    return this.#gone;
  }

  async ended(): Promise<boolean> {
    return this.#gone || (await runningIn(this.#leader).catch(() => 1)) === 0; // 1: no /proc, so nobody knows
  }
}

const STAT = /\) (?<state>\S) \d+ (?<group>\d+) /; // proc(5); a name may have anything in it, its last parenthesis ends it

/** How many processes of a group are not zombies. */
async function runningIn(group: number): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '')));
  return stats.filter((stat) => {
    const of = STAT.exec(stat.slice(stat.lastIndexOf(')')))?.groups;
    return of?.group === String(group) && of?.state !== 'Z' && of?.state !== 'X';
  }).length;
}
