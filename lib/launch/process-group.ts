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
}
