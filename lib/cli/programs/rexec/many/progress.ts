import { SingleBar } from 'cli-progress';
import type { Flags } from '../flags.ts';
import type { Tally } from './tally.ts';

const FORMAT = 'rexec [{bar}] {value}/{total} hosts, {running} running, {failed} failed, {times}';
const REPAINT_MS = 1000;

/** A bar on a standard error that is a terminal. */
export class Progress {
  readonly #bar: SingleBar | undefined;
  readonly #tally: Tally;
  readonly #clock: NodeJS.Timeout | undefined;

  constructor(tally: Tally, { quiet }: Flags) {
    this.#tally = tally;
    if (!process.stderr.isTTY || quiet || tally.total < 2) return;
    this.#bar = new SingleBar({
      format: FORMAT,
      stream: process.stderr,
      clearOnComplete: true,
      hideCursor: false,
      linewrap: null, // as the terminal has it
      gracefulExit: false, // signals are for the commands
    });
    this.#show();
    this.#clock = setInterval(() => this.changed(), REPAINT_MS).unref();
  }

  changed(): void {
    this.#bar?.update(this.#tally.done, this.#values);
  }

  /** Lets `write` write to the terminal, where the bar stands. */
  aside<T>(write: () => T): T {
    this.#bar?.stop();
    const result = write();
    this.#show();
    return result;
  }

  finish(): void {
    clearInterval(this.#clock);
    this.#bar?.stop();
  }

  get #values() {
    const { running, failed, seconds, secondsLeft } = this.#tally;
    const left = secondsLeft === undefined ? '' : `, about ${Math.ceil(secondsLeft)} s left`;
    return { running, failed, times: `${Math.floor(seconds)} s${left}` };
  }

  #show(): void {
    this.#bar?.start(this.#tally.total, this.#tally.done, this.#values);
  }
}
