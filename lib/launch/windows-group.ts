import { type ChildProcess, spawn } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NO_DEBUGGER } from '../base/index.ts';
import type { ProcessInJob } from '../native/index.ts';
import type { Group } from './launcher.ts';

/** Signals of POSIX that end a program unless it does something about them, by the numbers that peers send. */
const ENDING: ReadonlyMap<number, string> = new Map([
  [1, 'SIGHUP'],
  [2, 'SIGINT'],
  [3, 'SIGQUIT'],
  [6, 'SIGABRT'],
  [9, 'SIGKILL'],
  [13, 'SIGPIPE'],
  [14, 'SIGALRM'],
  [15, 'SIGTERM'],
]);

/** The exit code of a program that does nothing about Ctrl-C, and here of one that a signal ended. */
export const CONTROL_C_EXIT = 0xc000_013a;

const CTRL_C = fileURLToPath(new URL(`./ctrl-c-program${extname(import.meta.filename)}`, import.meta.url));
const CTRL_C_MS = 5000;

/**
 * The processes of a command on Windows, which has no signals: SIGINT is Ctrl-C, which a program may handle; each other
 * one that ends programs ends them all at once; and the rest mean nothing.
 */
export class WindowsGroup implements Group {
  readonly #process: ProcessInJob;
  #shellEnded = false;
  #ctrlC: ChildProcess | undefined; // presses it
  /** The signal that ended it, if one did. */
  endedBy: string | undefined;

  constructor(process: ProcessInJob) {
    this.#process = process;
    const end = () => {
      this.#shellEnded = true;
    };
    process.exit.then(end, end);
  }

  signal(signal: NodeJS.Signals | number): boolean {
    if (this.gone) return false;
    if (signal === 0) return true;
    const name = typeof signal === 'number' ? ENDING.get(signal) : signal;
    if (name === undefined || ![...ENDING.values()].includes(name)) return false;
    return name === 'SIGINT' && !this.#shellEnded ? this.#interrupt() : this.#end(name);
  }

  get gone(): boolean {
    return this.#process.job.active === 0;
  }

  /** What is left of the command ends. */
  close(): void {
    this.#ctrlC?.kill();
    this.#process.close();
  }

  #end(name: string): boolean {
    this.endedBy ??= name;
    return this.#process.job.terminate(CONTROL_C_EXIT);
  }

  /** Ends the command if Ctrl-C cannot be pressed. Pressed once is pressed for all that come meanwhile. */
  #interrupt(): boolean {
    if (this.#ctrlC) return true;
    const words = [NO_DEBUGGER, CTRL_C, String(this.#process.pid)];
    const child = spawn(process.execPath, words, { windowsHide: true, stdio: 'ignore', timeout: CTRL_C_MS });
    this.#ctrlC = child;
    const over = (pressed: boolean) => {
      this.#ctrlC = undefined;
      if (!pressed) this.#end('SIGINT');
    };
    child.once('error', () => over(false));
    child.once('exit', (code) => over(code === 0));
    return true;
  }
}
