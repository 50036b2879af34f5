import type { Secret } from '../../base/index.ts';
import { HelperProcess, type LoginHelperOptions } from './helper-process.ts';
import type { AnswerTo, Question } from './helper-protocol.ts';

/** Asks a helper process, which is started by the first question and again after a crash. */
export class LoginHelper {
  readonly #options: LoginHelperOptions;
  #current: HelperProcess | undefined;
  #ended = false;

  constructor(options: LoginHelperOptions) {
    this.#options = options;
  }

  /** @throws LoginHelperError with PAM's words, or because the helper died or gave no answer in time */
  async ask<Q extends Question>(question: Q, secret?: Secret): Promise<AnswerTo<Q['say']>> {
    const helper = this.#helper();
    try {
      return await helper.ask(question, secret);
    } finally {
      this.#letGo(helper);
    }
  }

  /** Resolves when the helper has exited. A question that still comes gets another one, which ends with its answer. */
  async end(): Promise<void> {
    this.#ended = true;
    const helper = this.#current;
    this.#current = undefined;
    await helper?.end();
  }

  #letGo(helper: HelperProcess): void {
    if (this.#ended) helper.retire();
  }

  #helper(): HelperProcess {
    if (!this.#current?.usable) this.#current = new HelperProcess(this.#options);
    return this.#current;
  }
}
