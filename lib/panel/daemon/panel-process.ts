import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { Child, lent, reasonOf } from '../../base/index.ts';
import { PerSecond } from '../per-second.ts';
import {
  ANSWERS,
  MOST_CALLS_A_SECOND,
  type Order,
  type QUESTIONS,
  REPORTS,
  type Report,
} from '../protocol.ts';
import { DeniedError, RefusedChange, type Verbs } from './verbs.ts';

/** Calls that may be under way: one a request of the browser, and those of the process itself. */
const MOST_CALLS = 64;
/** Connections that it has not taken yet. */
const MOST_UNTAKEN = 64;
/** Time to take one, of which its start may be most. */
const TAKE_SECONDS = 40;
/** Its seconds are others than these, and it asks on its own behalf as well. */
const MOST_A_SECOND = 3 * MOST_CALLS_A_SECOND;

/** The process of the panel, as rexecd sees it. */
export class PanelProcess {
  /** Resolves when it has started, or has ended. */
  readonly started: Promise<void>;
  /** Resolves with the cause when it has ended. */
  readonly gone: Promise<string>;
  readonly #child: Child<typeof QUESTIONS, typeof ANSWERS, typeof REPORTS>;
  readonly #verbs: Verbs;
  readonly #rate = new PerSecond(MOST_A_SECOND);
  readonly #untaken = new Map<number, { readonly socket: Socket; readonly taken: () => void }>();
  #passed = 0;
  #calls = 0; // under way

  /** @throws Error if the system has no process or descriptor left for it */
  constructor(start: () => ChildProcess, verbs: Verbs) {
    this.#verbs = verbs;
    this.#child = new Child({
      start,
      answers: ANSWERS,
      reports: REPORTS,
      hear: (report, secret) => {
        secret.wipe();
        this.#hear(report);
      },
    });
    this.started = this.#child.started;
    this.gone = this.#child.gone;
  }

  get pid(): number {
    return this.#child.pid;
  }

  get usable(): boolean {
    return this.#child.usable;
  }

  say(order: Order): void {
    this.#child.say(order);
  }

  /** Gives it a connection that nothing was read of. One too many is closed. */
  give(socket: Socket): void {
    const handle = lent(socket);
    if (!handle || this.#untaken.size >= MOST_UNTAKEN) return void socket.destroy();
    this.#passed += 1;
    const late = () => this.#child.kill(`it took no connection within ${TAKE_SECONDS} s`);
    this.#untaken.set(this.#passed, { socket, taken: this.#child.expect(TAKE_SECONDS, late) });
    const order: Order = { say: 'connection', number: this.#passed };
    this.#child.pass(order, handle);
  }

  /** The connections that it had not taken when it ended. The caller owns them from then on. */
  takeBack(): Socket[] {
    const untaken = [...this.#untaken.values()];
    this.#untaken.clear();
    return untaken.map(({ socket, taken }) => {
      taken(); // it is no longer waited for
      return socket;
    });
  }

  async end(): Promise<void> {
    await this.#child.end();
    for (const socket of this.takeBack()) socket.destroy();
  }

  #hear(report: Report): void {
    if (report.say === 'has') return this.#has(report.number);
    if (this.#calls >= MOST_CALLS) return this.#child.kill(`more than ${MOST_CALLS} calls at a time`);
    if (this.#rate.exceeds()) return this.#child.kill(`more than ${MOST_A_SECOND} calls in a second`);
    this.#calls += 1;
    const { number } = report;
    this.#verbs
      .call(report)
      .then((result) => this.say({ say: 'result', number, result: result ?? null }))
      .catch((error) => this.say(failureOf(number, error)))
      .finally(() => {
        this.#calls -= 1;
      });
  }

  #has(number: number): void {
    const untaken = this.#untaken.get(number);
    if (!untaken) return this.#child.kill(`it was given no connection ${number}, or has it already`);
    this.#untaken.delete(number);
    untaken.taken();
    untaken.socket.destroy(); // only here
  }
}

function failureOf(number: number, error: unknown): Order {
  const kind = error instanceof DeniedError ? error.kind : 'refused';
  const errors = error instanceof RefusedChange ? { errors: error.errors } : {};
  return { say: 'failure', number, kind, message: reasonOf(error), ...errors };
}
