import { Socket } from 'node:net';
import { reasonOf } from '../reason.ts';
import type { Secret } from '../secret.ts';
import { type Messages, message, type Said, type Table } from '../shapes.ts';
import { ignoreSignals, STRAY_SIGNALS } from '../signals.ts';
import { isAsk } from './basic-messages.ts';
import { Line } from './line.ts';

export interface ParentOptions<Q extends Table, O extends Table> {
  /** Number of the `pipe`, if there is one. */
  readonly pipe?: number;
  readonly questions: Q;
  /** What it may say besides. */
  readonly orders: O;
  /** The secret is wiped afterwards. What it throws is the answer then. */
  answer(question: Messages<Q>, secret: Secret): object | Promise<object>;
  /** Whether that was a refusal, and not a failure. */
  refuses(error: unknown): boolean;
  /** What it throws ends this process. */
  obey(order: Messages<O>, handle: unknown): Promise<void>;
  /** The parent has ended, or wants this process to end. */
  closed(): Promise<void>;
}

/** What started this process, as a {@link Child}. The process ends with it, and by no signal that it can ignore. */
export class Parent<Q extends Table, O extends Table> {
  readonly #options: ParentOptions<Q, O>;
  readonly #line: Line;

  constructor(options: ParentOptions<Q, O>) {
    this.#options = options;
    const pipe = options.pipe === undefined ? undefined : new Socket({ fd: options.pipe });
    const isQuestion = message(options.questions);
    const isOrder = message(options.orders);
    const broken = (error: unknown) => this.#broken(error);
    const hear = (said: unknown, secret: Secret, handle?: unknown): boolean => {
      if (isAsk(said) && isQuestion(said.question)) {
        this.#answer(said.number, said.question, secret).catch(broken);
        return true;
      }
      secret.wipe();
      if (!isOrder(said)) return false;
      options.obey(said, handle).catch(broken);
      return true;
    };
    this.#line = new Line(process, pipe, hear, broken);
    ignoreSignals(['SIGINT', 'SIGHUP', 'SIGTERM', 'SIGQUIT', ...STRAY_SIGNALS]);
    process.on('uncaughtException', broken);
    this.#line.closed.then(() => options.closed()).catch(broken);
  }

  /** Questions may come. */
  ready(): void {
    this.say({ say: 'ready' });
  }

  say(report: Said, secret?: Secret): void {
    this.#line.say(report, secret);
  }

  async #answer(number: number, question: Messages<Q>, secret: Secret): Promise<void> {
    try {
      this.#line.say({ say: 'answer', number, answer: await this.#options.answer(question, secret) });
    } catch (error) {
      const refused = this.#options.refuses(error);
      this.#line.say({ say: 'error', number, cause: reasonOf(error), refused });
    } finally {
      secret.wipe();
    }
  }

  #broken(error: unknown): void {
    const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
    console.error(cause); // if there is anyone to read it
    this.#line.say({ say: 'broken', cause });
    process.exitCode = 1;
    this.#line.end();
  }
}
