import type { JobObject } from '../native/index.ts';
import type { Group } from './launcher.ts';

/** Signals of POSIX that end a program unless it does something about them, by the numbers that peers send. */
const ENDING: ReadonlyMap<number, string> = new Map([
  ...([
    [1, 'SIGHUP'],
    [2, 'SIGINT'],
    [3, 'SIGQUIT'],
    [6, 'SIGABRT'],
    [9, 'SIGKILL'],
  ] as const),
  ...([
    [13, 'SIGPIPE'],
    [14, 'SIGALRM'],
    [15, 'SIGTERM'],
  ] as const),
]);

/** What Windows ends programs with that do nothing about Ctrl-C. */
export const CONTROL_C_EXIT = 0xc000_013a;

/**
 * The processes of a command on Windows, which has no signals: one that ends programs ends them all at once, and the others
 * mean nothing.
 */
export class WindowsGroup implements Group {
  readonly #job: JobObject;
  /** The signal that ended it, if one did. */
  endedBy: string | undefined;

  constructor(job: JobObject) {
    this.#job = job;
  }

  signal(signal: NodeJS.Signals | number): boolean {
    if (this.gone) return false;
    if (signal === 0) return true;
    const name = typeof signal === 'number' ? ENDING.get(signal) : signal;
    if (name === undefined || ![...ENDING.values()].includes(name)) return false;
    this.endedBy ??= name;
    return this.#job.terminate(CONTROL_C_EXIT);
  }

  get gone(): boolean {
    return this.#job.active === 0;
  }

  /** What is left of the command ends. */
  close(): void {
    this.#job.close();
  }
}
