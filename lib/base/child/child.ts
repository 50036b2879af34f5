import type { ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { reasonOf } from '../reason.ts';
import type { Secret } from '../secret.ts';
import { type Check, type Checked, type Messages, message, type Said, type Table } from '../shapes.ts';
import { within } from '../within.ts';
import { type Basic, isBasic } from './basic-messages.ts';
import { guardChannel } from './guard-channel.ts';
import { Line } from './line.ts';
import { type Answers, Questions, Unanswered } from './questions.ts';

/** Time that a program of this package has to start, on a machine that is busy. */
const START_SECONDS = 30;
/** Time to end by itself, and once more after SIGKILL. */
const END_SECONDS = 2;
/** Time to read what a process had said before it ended, if others keep its end of the line open. */
const LAST_WORDS_SECONDS = 1;

export interface ChildOptions<A, R extends Table> {
  /**
   * Starts it, with {@link startProgram}. From 3 on there may be an `ipc`, for handles, and a `pipe`, for secrets: see
   * {@link Line}.
   */
  start(): ChildProcess;
  /** Checks of the answers to questions. */
  readonly answers: A;
  /** What it may say besides. */
  readonly reports: R;
  /** Takes over the secret. */
  hear(report: Messages<R>, secret: Secret): void;
}

/**
 * A program of this package in a process of its own, where a {@link Parent} speaks for it. It is not trusted: what it says
 * is checked on arrival, and a message that does not match ends it. It keeps no process alive.
 */
export class Child<Q extends Table, A extends Answers<Q>, R extends Table> {
  /** Resolves when it has started, or has ended. */
  readonly started: Promise<void>;
  /** Resolves with the cause when it has ended, or cannot be ended. */
  readonly gone: Promise<string>;
  readonly #options: ChildOptions<A, R>;
  readonly #process: ChildProcess;
  readonly #line: Line;
  readonly #questions: Questions;
  readonly #ready = Promise.withResolvers<void>();
  readonly #gone = Promise.withResolvers<string>();
  #cause: string | undefined;
  #ended: Unanswered | undefined;
  #silent = false;
  #killed = false;
  readonly #said = new Set<Basic['say']>();

  /** @throws Error if the system has no process or descriptor left for it */
  constructor(options: ChildOptions<A, R>) {
    this.#options = options;
    this.#questions = new Questions(options.answers);
    const child = options.start();
    this.#process = child;
    this.gone = this.#gone.promise;
    child.on('error', (error) => {
      if (child.pid === undefined) this.#lost(`cannot start: ${reasonOf(error)}`);
    });
    child.once('exit', (code, signal) => {
      const end = () => this.#lost(signal ?? `exit status ${code}`);
      within(LAST_WORDS_SECONDS, this.#line.closed).then(end, end);
    });
    const broken = (cause: string) => this.kill(cause);
    const pipe = child.stdio.slice(3).find((each) => each instanceof Socket);
    const isReport = message(options.reports);
    this.#line = new Line(child, pipe, (said, secret) => this.#hear(said, isReport, secret), broken);
    if (child.channel) guardChannel(child, broken);
    const late = setTimeout(() => this.kill(`not started within ${START_SECONDS} s`), START_SECONDS * 1000);
    this.started = this.#ready.promise.finally(() => clearTimeout(late));
    for (const each of [late, child, child.channel, pipe]) each?.unref();
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  get usable(): boolean {
    const { exitCode, signalCode } = this.#process;
    return !this.#ended && exitCode === null && signalCode === null && this.#line.open;
  }

  /** It did not do in time what was expected, and has said nothing since. */
  get silent(): boolean {
    return this.#silent;
  }

  say(order: Said): void {
    this.#line.say(order);
  }

  /** Says it with a handle, which stays open here; `sent` is called once it was sent, or never will be. */
  pass(order: Said, handle: Socket, sent: () => void = () => {}): void {
    this.#line.pass(order, handle, sent);
  }

  /** @param seconds from when it has started @throws Unanswered */
  async ask<T extends Said & Messages<Q>>(
    question: T,
    seconds: number,
    secret?: Secret,
  ): Promise<Checked<A[T['say']]>> {
    if (this.#ended) throw this.#ended;
    const { number, answer } = this.#questions.add(question.say);
    try {
      this.#line.say({ say: 'ask', number, question }, secret);
      await this.started;
      return (await within(seconds, answer, () => {
        throw new Unanswered('late', `no answer within ${seconds} s`);
      })) as Checked<A[T['say']]>;
    } finally {
      this.#questions.drop(number);
    }
  }

  /** Expects something from it. @returns to be called once that has come */
  expect(seconds: number, onSilence: () => void): () => void {
    const late = setTimeout(() => {
      if (this.#silent || this.#ended) return;
      this.#silent = true;
      onSilence();
    }, seconds * 1000);
    return () => clearTimeout(late);
  }

  /** Nothing more is heard of it. @param cause of its end, if there is no earlier one */
  kill(cause?: string): void {
    this.#killed = true;
    this.#cause ??= cause;
    this.#process.kill('SIGKILL'); // not reaped before 'exit', so the number is its own
  }

  /** Closes its line, which ends it. Resolves when it has ended, or cannot be ended. */
  async end(): Promise<void> {
    this.#line.end();
    await within(END_SECONDS, this.gone);
    if (this.#ended) return;
    this.kill();
    await within(END_SECONDS, this.gone);
    this.#lost('cannot be ended');
  }

  #hear(said: unknown, isReport: Check<Messages<R>>, secret: Secret): boolean {
    this.#silent = false;
    if (this.#killed) {
      secret.wipe();
      return true;
    }
    if (isReport(said)) {
      this.#options.hear(said, secret);
      return true;
    }
    secret.wipe();
    return secret.length === 0 && isBasic(said) && this.#take(said);
  }

  /** Each of them at most as often as there is a reason for: what may come without end takes all of this process' time. */
  #take(said: Basic): boolean {
    switch (said.say) {
      case 'answer':
        return this.#questions.answer(said.number, said.answer);
      case 'error':
        return this.#questions.fail(
          said.number,
          new Unanswered(said.refused ? 'refused' : 'failed', said.cause),
        );
      case 'broken':
        this.#cause ??= said.cause;
        break;
      case 'ready':
        this.#ready.resolve();
    }
    const isFirst = !this.#said.has(said.say);
    this.#said.add(said.say);
    return isFirst;
  }

  #lost(cause: string): void {
    if (this.#ended) return;
    this.#cause ??= cause;
    this.#ended = new Unanswered('ended', this.#cause);
    this.#ready.resolve();
    this.#questions.failAll(this.#ended);
    this.#gone.resolve(this.#cause);
  }
}
