const WIDTH = 24;
const CLEAR = '\r\x1b[K';

/** Tells on standard error how far the benches are: a bar on a terminal, and a line for each question that is over. */
export class Progress {
  readonly #terminal = process.stderr.isTTY === true;
  #question = '';

  begin(question: string, nth: number, of: number): void {
    this.#question = `${question} (${nth} of ${of})`;
  }

  readonly tell = (done: number, of: number, what: string): void => {
    if (!this.#terminal) return;
    const filled = Math.round((done / of) * WIDTH);
    const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled);
    const room = Math.max(20, (process.stderr.columns ?? 80) - 1);
    process.stderr.write(`${CLEAR}${`${bar} ${this.#question}: ${what}`.slice(0, room)}`);
  };

  end(seconds: number): void {
    process.stderr.write(`${this.#terminal ? CLEAR : ''}${this.#question}: ${seconds.toFixed(0)} s\n`);
  }
}
