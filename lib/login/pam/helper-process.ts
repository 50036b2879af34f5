import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child, RexecError, type Secret, startProgram, Unanswered } from '../../base/index.ts';
import { ANSWERS, type AnswerTo, type QUESTIONS, type Question } from './helper-protocol.ts';

/** The helper did not do what it was asked for. */
export class LoginHelperError extends RexecError {
  /** True where PAM said no; false where nobody could be asked. */
  readonly refused: boolean;

  constructor(message: string, refused = false) {
    super(message);
    this.refused = refused;
  }
}

export interface LoginHelperOptions {
  /** Questions that are worked on at once; others wait in the helper. */
  readonly threads: number;
  /** Time for an answer, once the helper has started. */
  readonly seconds: number;
}

const PROGRAM = fileURLToPath(new URL(`./helper-program${extname(import.meta.filename)}`, import.meta.url));

/**
 * - `ready`: takes questions.
 * - `retired`: takes no new ones, and ends when those it has are answered.
 * - `hung`: did not answer in time; it is killed when no login is waiting for it.
 */
type State = 'ready' | 'retired' | 'hung';

/** One helper: a process of its own for code of others. */
export class HelperProcess {
  readonly #seconds: number;
  readonly #child: Child<typeof QUESTIONS, typeof ANSWERS, Record<never, never>>;
  /** Questions without an answer. */
  #waiting = 0;
  #state: State = 'ready';
  #ending: Promise<void> | undefined;

  constructor({ threads, seconds }: LoginHelperOptions) {
    this.#seconds = seconds;
    this.#child = new Child({
      start: () =>
        // Modules may write to standard output.
        startProgram(PROGRAM, ['ignore', 'ignore', 'inherit', 'pipe'], {
          variables: { UV_THREADPOOL_SIZE: String(threads) },
        }),
      answers: ANSWERS,
      reports: {},
      hear() {},
    });
  }

  get usable(): boolean {
    return this.#state === 'ready' && this.#child.usable;
  }

  /** @throws LoginHelperError */
  async ask<Q extends Question>(question: Q, secret?: Secret): Promise<AnswerTo<Q['say']>> {
    this.#waiting += 1;
    try {
      return await this.#child.ask(question, this.#seconds, secret);
    } catch (error) {
      throw error instanceof Unanswered ? this.#failed(error) : error;
    } finally {
      this.#waiting -= 1;
      this.#endIfIdle();
    }
  }

  /** No new questions: it ends when those it has are answered. */
  retire(): void {
    if (this.#state === 'ready') this.#state = 'retired';
    this.#endIfIdle();
  }

  /** Retires it; resolves when it has ended. */
  async end(): Promise<void> {
    this.retire();
    await this.#child.gone;
  }

  #failed({ why, message }: Unanswered): LoginHelperError {
    if (why === 'ended') return new LoginHelperError(`login helper ended: ${message}`);
    if (why !== 'late') return new LoginHelperError(message, why === 'refused');
    this.#state = 'hung';
    const seconds = this.#seconds;
    return new LoginHelperError(`no answer from the login helper within ${seconds} s (login.seconds)`);
  }

  #endIfIdle(): void {
    if (this.#waiting > 0) return;
    if (this.#state === 'hung') this.#child.kill();
    if (this.#state === 'retired') this.#ending ??= this.#child.end();
  }
}
