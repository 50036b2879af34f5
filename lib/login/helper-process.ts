import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RexecError, reasonOf, type Secret, startDeadline, startProgram } from '../base/index.ts';
import { encodeMessage, MessageReader } from '../messages/index.ts';
import { type Question, READY } from './helper-protocol.ts';

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

interface Pending {
  readonly resolve: (answer: object) => void;
  readonly reject: (error: Error) => void;
  /** Set once the helper has started. */
  deadline: NodeJS.Timeout | undefined;
}

/**
 * - `ready`: takes questions.
 * - `retired`: takes no new ones, and ends when those it has are answered.
 * - `hung`: did not answer in time; it is killed when no login is waiting for it.
 * - `dead`: answers no one.
 */
type State = 'ready' | 'retired' | 'hung' | 'dead';

/** One helper: a process of its own for code of others. */
export class HelperProcess {
  readonly #seconds: number;
  readonly #child: ChildProcess;
  readonly #line: Socket;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #state: State = 'ready';
  #started = false;
  readonly #inTime: () => void;
  readonly #gone = Promise.withResolvers<void>();

  constructor({ threads, seconds }: LoginHelperOptions) {
    this.#seconds = seconds;
    const stdio = ['ignore', 'ignore', 'inherit', 'pipe'] as const; // modules may write to standard output
    this.#child = startProgram(PROGRAM, [...stdio], {
      variables: { UV_THREADPOOL_SIZE: String(threads) },
    });
    this.#inTime = startDeadline(this.#child);
    const reader = new MessageReader();
    this.#line = this.#child.stdio[3] as Socket;
    this.#line.on('data', (chunk: Buffer) => {
      for (const { body } of reader.push(chunk)) this.#take(body as { id: number });
    });
    this.#line.on('error', () => {}); // it died: 'exit' tells
    this.#child.once('error', (error) => this.#lost(`cannot start: ${reasonOf(error)}`));
    this.#child.once('exit', (code, signal) => this.#lost(`ended: ${signal ?? `exit status ${code}`}`));
    // Only a question that waits keeps the daemon's process alive.
    for (const each of [this.#child, this.#line]) each.unref();
  }

  get usable(): boolean {
    return this.#state === 'ready';
  }

  /** @throws LoginHelperError */
  ask(question: Question, secret?: Secret): Promise<object> {
    if (this.#state === 'dead') return Promise.reject(new LoginHelperError('the login helper has exited'));
    this.#lastId += 1;
    const id = this.#lastId;
    const message = encodeMessage({ id, ...question }, secret);
    this.#line.write(message.bytes, () => message.wipe());
    return new Promise((resolve, reject) => {
      const asked = { resolve, reject, deadline: undefined };
      this.#pending.set(id, asked);
      if (this.#started) this.#await(id, asked);
    });
  }

  /** No new questions: it ends when those it has are answered. */
  retire(): void {
    if (this.#state === 'ready') this.#state = 'retired';
    this.#endIfIdle();
  }

  /** Retires it; resolves when it has ended. */
  async end(): Promise<void> {
    this.retire();
    await this.#gone.promise;
  }

  #take({ id, ...answer }: { id: number; cause?: string; refused?: boolean }): void {
    if (id === READY) return this.#start();
    const asked = this.#settle(id);
    if (answer.cause === undefined) asked?.resolve(answer);
    else asked?.reject(new LoginHelperError(answer.cause, answer.refused));
    this.#killIfHung();
    this.#endIfIdle();
  }

  #start(): void {
    this.#started = true;
    this.#inTime();
    for (const [id, asked] of this.#pending) this.#await(id, asked);
  }

  #await(id: number, asked: Pending): void {
    asked.deadline = setTimeout(() => this.#tooLate(id), this.#seconds * 1000);
  }

  #tooLate(id: number): void {
    this.#state = 'hung';
    this.#settle(id)?.reject(
      new LoginHelperError(`no answer from the login helper within ${this.#seconds} s (loginSeconds)`),
    );
    this.#killIfHung();
  }

  #endIfIdle(): void {
    if (this.#state !== 'retired' || this.#pending.size > 0) return;
    this.#child.ref(); // a daemon that stops waits for its last word
    this.#line.end();
  }

  #killIfHung(): void {
    if (this.#state === 'hung' && this.#pending.size === 0) this.#child.kill('SIGKILL');
  }

  #lost(how: string): void {
    this.#state = 'dead';
    this.#inTime();
    this.#gone.resolve();
    for (const id of this.#pending.keys())
      this.#settle(id)?.reject(new LoginHelperError(`login helper ${how}`));
  }

  #settle(id: number): Pending | undefined {
    const asked = this.#pending.get(id);
    if (asked) clearTimeout(asked.deadline);
    this.#pending.delete(id);
    return asked;
  }
}
