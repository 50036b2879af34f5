import { HelperProcess, type LoginHelperOptions } from './helper-process.ts';
import type { Answer, OpenSession, Question, SessionOpened } from './helper-protocol.ts';

/** Asks a helper process, which is started by the first question and again after a crash. */
export class LoginHelper {
  readonly #options: LoginHelperOptions;
  #current: HelperProcess | undefined;

  constructor(options: LoginHelperOptions) {
    this.#options = options;
  }

  /** @throws LoginHelperError with PAM's words, or because the helper died or gave no answer in time */
  ask<Q extends Question>(question: Q, secret?: Buffer): Promise<Answer<Q>> {
    return this.#helper().ask(question, secret) as Promise<Answer<Q>>;
  }

  /**
   * Opens a PAM session, which lives in one process and is closed there.
   *
   * @throws LoginHelperError as {@link ask}
   */
  async openSession(question: OpenSession): Promise<[opened: SessionOpened, close: () => Promise<void>]> {
    const helper = this.#helper();
    const release = helper.hold();
    const opened = (await helper.ask(question).catch((error) => {
      release();
      throw error;
    })) as SessionOpened;
    if (opened.spoilt) void helper.end();
    if (opened.session === '') {
      release();
      return this.openSession(question);
    }
    const close = () => helper.ask({ ask: 'closeSession', session: opened.session }).finally(release);
    return [opened, async () => void (await close())];
  }

  /** No more questions. Resolves when the helper is gone, after its last session. */
  async end(): Promise<void> {
    const helper = this.#current;
    this.#current = undefined;
    await helper?.end();
  }

  #helper(): HelperProcess {
    if (!this.#current?.usable) this.#current = new HelperProcess(this.#options);
    return this.#current;
  }
}
