/** Between an answer and the next question. */
const PAUSE_MS = 1000;

/** Asks a process for a sign of life whenever it was given work: at once, or after a pause if it was asked before. */
export class SignsOfLife {
  readonly #ask: () => Promise<unknown>;
  #state: 'quiet' | 'asked' | 'owed' = 'quiet';

  /** @param ask resolves when it has answered; never rejects */
  constructor(ask: () => Promise<unknown>) {
    this.#ask = ask;
  }

  /** It was given work. */
  expect(): void {
    if (this.#state === 'quiet') this.#next();
    else this.#state = 'owed';
  }

  #next(): void {
    this.#state = 'asked';
    const pause = (): void => {
      setTimeout(() => this.#paused(), PAUSE_MS).unref();
    };
    this.#ask().then(pause, pause);
  }

  #paused(): void {
    if (this.#state === 'owed') this.#next();
    else this.#state = 'quiet';
  }
}
