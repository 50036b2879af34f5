import { isAnswer, isWellFormed } from './fields.ts';
import type { Spoken } from './messages.ts';

/** What may come by the line of a process, whatever it is about: well-formed messages, and answers to its questions. */
export abstract class LineModel {
  /** The process has ended, or is to be ended for what it said. */
  ended = false;
  /** Questions that it was asked. */
  asked = 0;
  readonly #line: 'reader' | 'host';
  readonly #waiting = new Set<number>();
  #answered = 0;
  #wasBroken = false;

  constructor(line: 'reader' | 'host') {
    this.#line = line;
  }

  /** What a report, which is well-formed, comes to. @returns false if it breaks a rule */
  protected abstract report(spoken: Spoken): boolean;
  /** A question has failed. @returns false if that ends the process */
  protected abstract failed(): boolean;

  ask(): void {
    if (this.ended) return;
    this.asked += 1;
    this.#waiting.add(this.asked);
  }

  /** It says something; after what breaks a rule, nothing more is heard. */
  hear(spoken: Spoken): void {
    if (!this.ended && !this.#takes(spoken)) this.ended = true;
  }

  #takes(spoken: Spoken): boolean {
    if (!isWellFormed(this.#line, spoken)) return false;
    const { say, number, answer } = spoken.said;
    if (!['ready', 'broken', 'answer', 'error'].includes(String(say))) return this.report(spoken);
    if (spoken.secret > 0 || say === 'ready') return false; // it has said that it is
    if (say === 'broken') {
      const isFirst = !this.#wasBroken;
      this.#wasBroken = true;
      return isFirst;
    }
    this.#answered += 1;
    if ((number as number) > this.asked || this.#answered > this.asked) return false;
    const wasWaiting = this.#waiting.delete(number as number);
    return !wasWaiting || (say === 'answer' ? isAnswer(this.#line, answer) : this.failed());
  }
}
