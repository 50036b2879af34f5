import { SingleBar } from 'cli-progress';
import type { Flags } from '../options.ts';

const FORMAT = 'rexec [{bar}] {value}/{total} hosts, {failed} failed, {duration_formatted}';

/** A bar on a standard error that is a terminal. */
export class Progress {
  readonly #bar: SingleBar | undefined;
  readonly #total: number;
  #done = 0;
  #failed = 0;

  constructor(total: number, { quiet }: Flags) {
    this.#total = total;
    if (!process.stderr.isTTY || quiet || total < 2) return;
    this.#bar = new SingleBar({
      format: FORMAT,
      stream: process.stderr,
      clearOnComplete: true,
      hideCursor: false,
      linewrap: null, // as the terminal has it
      gracefulExit: false, // signals are for the commands
    });
    this.#show();
  }

  ended(failed: boolean): void {
    this.#done += 1;
    this.#failed += failed ? 1 : 0;
    this.#bar?.update(this.#done, { failed: this.#failed });
  }

  /** Lets `write` write to the terminal, where the bar stands. */
  aside<T>(write: () => T): T {
    this.#bar?.stop();
    const result = write();
    this.#show();
    return result;
  }

  finish(): void {
    this.#bar?.stop();
  }

  #show(): void {
    this.#bar?.start(this.#total, this.#done, { failed: this.#failed });
  }
}
