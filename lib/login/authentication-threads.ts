import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Authenticate, Authenticated } from './helper-protocol.ts';

/** To a thread: the question and the secret, which becomes the thread's own. */
export interface Asked {
  readonly question: Authenticate;
  readonly secret: Uint8Array;
}

/** From a thread. */
export type Answered =
  | { readonly answer: Authenticated }
  | { readonly cause: string; readonly refused: boolean };

const PROGRAM = new URL(`./authentication-thread${extname(import.meta.filename)}`, import.meta.url);

/** A login that waited so long needs a thread more: none of them is idle soon. One takes 12 MB and 50 ms to start. */
const GROWS_AFTER_MS = 25;

interface Waiting {
  readonly asked: Asked;
  readonly since: number; // ms
  readonly resolve: (answered: Answered) => void;
}

/**
 * Threads that authenticate, one login each at a time; others wait in their order. There are as many as logins that
 * take long need: a hash is made or a directory asked while the next login waits.
 */
export class AuthenticationThreads {
  readonly #most: number;
  readonly #idle: Worker[] = [];
  readonly #waiting: Waiting[] = [];
  #made = 0;
  #growth: NodeJS.Timeout | undefined;

  constructor(most: number) {
    this.#most = most;
    this.#make();
  }

  /** The secret becomes the thread's own, which wipes it. */
  ask(question: Authenticate, secret: Buffer): Promise<Answered> {
    return new Promise((resolve) => {
      this.#waiting.push({ asked: { question, secret }, since: performance.now(), resolve });
      const thread = this.#idle.pop();
      if (thread) this.#work(thread);
      else this.#growth ??= setTimeout(this.#grow, GROWS_AFTER_MS);
    });
  }

  readonly #grow = (): void => {
    this.#growth = undefined;
    const [first] = this.#waiting;
    if (!first || this.#made === this.#most) return;
    if (performance.now() - first.since >= GROWS_AFTER_MS) this.#make();
    this.#growth = setTimeout(this.#grow, GROWS_AFTER_MS);
  };

  #make(): void {
    this.#made += 1;
    const thread = new Worker(PROGRAM);
    thread.once('error', (error) => {
      throw error; // a defect: the whole helper ends, and the daemon starts another
    });
    this.#work(thread);
  }

  #work(thread: Worker): void {
    const next = this.#waiting.shift();
    if (!next) return void this.#idle.push(thread);
    const { asked, resolve } = next;
    thread.once('message', (answered: Answered) => {
      resolve(answered);
      this.#work(thread);
    });
    thread.postMessage(asked, [asked.secret.buffer as ArrayBuffer]);
  }
}
