import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Limiter } from '../../../base/index.ts';
import type { Calls } from './calls.ts';

/** What a thread is asked for. */
export interface Asked {
  readonly name: keyof Calls;
  readonly given: readonly unknown[];
}

type Answer = { readonly result: unknown } | { readonly error: unknown };

const PROGRAM = new URL(`./thread-program${extname(import.meta.filename)}`, import.meta.url);
/** Calls that were not answered yet, or not made: those who asked may have given up since. */
const MOST_CALLS = 100;

/** Threads take some megabytes each, and are kept. */
class Places {
  readonly #turns: Limiter;
  #calls = 0;

  constructor(threads: number) {
    this.#turns = new Limiter(threads);
  }

  async call(asked: Asked, secrets: readonly ArrayBuffer[]): Promise<unknown> {
    this.#calls += 1;
    try {
      if (this.#calls > MOST_CALLS) throw new Error(`Windows has not answered ${MOST_CALLS} calls`);
      return await this.#turns.run(() => ask(asked, secrets));
    } finally {
      this.#calls -= 1;
      for (const each of secrets) if (!each.detached) new Uint8Array(each).fill(0);
    }
  }
}

/** A start waits for what its user owns, so that a user could keep it waiting: logins have places of their own. */
const starts = new Places(2);
const others = new Places(4);
const idle: Worker[] = [];

/**
 * Makes a call in a thread of its own, because it waits for others, for as long as Windows likes. Not in Node's pool: a
 * call there does not tell the number of its error, and would keep files and names waiting.
 *
 * @param secrets what becomes the thread's, or is wiped here if no thread gets it: memory that is in `given`, too
 * @throws what the call throws, as a plain Error; Error if too many calls wait
 */
export async function inThread<N extends keyof Calls>(
  name: N,
  given: Parameters<Calls[N]>,
  secrets: readonly ArrayBuffer[] = [],
): Promise<ReturnType<Calls[N]>> {
  const places = name === 'createProcessAs' ? starts : others;
  return (await places.call({ name, given }, secrets)) as ReturnType<Calls[N]>;
}

async function ask(asked: Asked, secrets: readonly ArrayBuffer[]): Promise<unknown> {
  const thread = idle.pop() ?? newThread();
  thread.ref();
  const heard = new AbortController();
  const { signal } = heard;
  try {
    const ended = once(thread, 'exit', { signal }).then(() => {
      throw new Error('a thread that calls Windows has ended');
    });
    ended.catch(() => {}); // it is seldom waited for
    thread.postMessage(asked, [...secrets]);
    const [answer] = (await Promise.race([once(thread, 'message', { signal }), ended])) as [Answer];
    thread.unref(); // an idle one keeps no program running
    idle.push(thread);
    if ('error' in answer) throw answer.error;
    return answer.result;
  } finally {
    heard.abort();
  }
}

function newThread(): Worker {
  const thread = new Worker(PROGRAM, { execArgv: [] });
  thread.on('error', () => {}); // the call that waits for it gets the error, and its end takes it out
  thread.once('exit', () => {
    const index = idle.indexOf(thread);
    if (index >= 0) idle.splice(index, 1);
  });
  return thread;
}
