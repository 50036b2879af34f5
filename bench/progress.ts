import { SingleBar } from 'cli-progress';

/** Shows progress on standard error: a bar on a terminal, and a line for each question that has ended. */
export class Progress {
  readonly #bar = new SingleBar({
    stream: process.stderr,
    format: '{bar} {question}: {what}',
    barsize: 24,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    clearOnComplete: true,
    gracefulExit: false, // signals are for the clean-up
  });
  #question = '';

  constructor() {
    process.once('exit', () => this.#stop()); // the terminal is as it was, also after an interrupt
  }

  begin(question: string, nth: number, of: number): void {
    this.#question = `${question} (${nth} of ${of})`;
    this.#bar.start(1, 0, { question: this.#question, what: 'starts the peers' });
  }

  readonly tell = (done: number, of: number, what: string): void => {
    this.#bar.setTotal(of);
    this.#bar.update(done, { question: this.#question, what });
  };

  end(seconds: number): void {
    this.#stop();
    process.stderr.write(`${this.#question}: ${seconds.toFixed(0)} s\n`);
  }

  #stop(): void {
    if (this.#bar.isActive) this.#bar.stop();
  }
}
