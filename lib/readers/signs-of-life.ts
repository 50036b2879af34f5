import { Unanswered } from '../base/index.ts';

/** Time for an answer. */
const ALIVE_SECONDS = 10;
/** Between an answer and the next question. */
const PAUSE_MS = 1000;

/** Asks a process for a sign of life whenever it was given work: at once, or after a pause if it was asked before. */
export class SignsOfLife {
  readonly #ask: (seconds: number) => Promise<unknown>;
  readonly #dead: (cause: string) => void;
  #state: 'quiet' | 'asked' | 'owed' = 'quiet';

  /** @param dead called with the cause if it does not answer */
  constructor(ask: (seconds: number) => Promise<unknown>, dead: (cause: string) => void) {
    this.#ask = ask;
    this.#dead = dead;
  }

  /** It was given work. */
  expect(): void {
    if (this.#state === 'quiet') this.#next();
    else this.#state = 'owed';
  }

  #next(): void {
    this.#state = 'asked';
    const answered = (): void => {
      setTimeout(() => this.#paused(), PAUSE_MS).unref();
    };
    this.#ask(ALIVE_SECONDS).then(answered, (error) => this.#dead(causeOf(error)));
  }

  #paused(): void {
    if (this.#state === 'owed') this.#next();
    else this.#state = 'quiet';
  }
}

const causeOf = (error: unknown): string =>
  error instanceof Unanswered && error.why === 'late'
    ? `no sign of life within ${ALIVE_SECONDS} s`
    : 'an error instead of a sign of life';
