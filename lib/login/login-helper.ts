import { HelperProcess, type LoginHelperOptions } from './helper-process.ts';
import type { Answer, OpenSession, Question, SessionOpened } from './helper-protocol.ts';

/** Asks a helper process, which is started by the first question and again after a crash. */
export class LoginHelper {
  readonly #options: LoginHelperOptions;
  #current: HelperProcess | undefined;
  #ended = false;

  constructor(options: LoginHelperOptions) {
    this.#options = options;
  }

  /** @throws LoginHelperError with PAM's words, or because the helper died or gave no answer in time */
  async ask<Q extends Question>(question: Q, secret?: Buffer): Promise<Answer<Q>> {
    const helper = this.#helper();
    try {
      return (await helper.ask(question, secret)) as Answer<Q>;
    } finally {
      this.#letGo(helper);
    }
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
      this.#letGo(helper);
      throw error;
    })) as SessionOpened;
    if (opened.spoilt) helper.retire();
    this.#letGo(helper);
    if (opened.session === '') {
      release();
      return this.openSession(question);
    }
    const close = () => helper.ask({ ask: 'closeSession', session: opened.session }).finally(release);
    return [opened, () => close().then(() => {})];
  }

  /**
   * Resolves when the helper is gone, after its last session. A later caller, such as a session that began before a
   * reload, gets another one, which ends when it has answered.
   */
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
