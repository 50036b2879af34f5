import { RexecError } from '../errors.ts';
import type { Check, Table } from '../shapes.ts';

/** A question to another process has no answer: that refused or failed, in its words; is late; or has ended, for a cause. */
export class Unanswered extends RexecError {
  readonly why: 'refused' | 'failed' | 'late' | 'ended';

  constructor(why: Unanswered['why'], words: string) {
    super(words);
    this.why = why;
  }
}

/** A check of the answer to each kind of question. */
export type Answers<Q> = Readonly<Record<keyof Q & string, Check<unknown>>>;

/** Questions that wait for an answer, by number. */
export class Questions {
  readonly #answers: Answers<Table>;
  readonly #waiting = new Map<number, { fits: Check<unknown>; reply: PromiseWithResolvers<unknown> }>();
  #lastNumber = 0;
  #answered = 0; // in any way

  constructor(answers: Answers<Table>) {
    this.#answers = answers;
  }

  /** @returns its number, and the answer, which rejects with {@link Unanswered} */
  add(name: string): { number: number; answer: Promise<unknown> } {
    const reply = Promise.withResolvers<unknown>();
    reply.promise.catch(() => {}); // it may be too late for anyone to wait for it
    this.#lastNumber += 1;
    this.#waiting.set(this.#lastNumber, { fits: this.#answers[name]!, reply });
    return { number: this.#lastNumber, answer: reply.promise };
  }

  /** No answer is expected any longer. */
  drop(number: number): void {
    this.#waiting.delete(number);
  }

  /** False if it is not an answer to the question, or there were as many as questions. One that is late changes nothing. */
  answer(number: number, answer: unknown): boolean {
    if (!this.#expects(number)) return false;
    const waiting = this.#waiting.get(number);
    if (!waiting) return true;
    if (!waiting.fits(answer)) return false;
    waiting.reply.resolve(answer);
    return true;
  }

  /** The same for an answer that is an error. */
  fail(number: number, reason: Unanswered): boolean {
    if (!this.#expects(number)) return false;
    this.#waiting.get(number)?.reply.reject(reason);
    return true;
  }

  failAll(reason: Unanswered): void {
    for (const { reply } of this.#waiting.values()) reply.reject(reason);
  }

  #expects(number: number): boolean {
    this.#answered += 1;
    return number <= this.#lastNumber && this.#answered <= this.#lastNumber;
  }
}
