import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Bench } from '../question.ts';

/** A script of this folder in a process of its own, which ends with the bench, whatever happens. */
export class Helper {
  readonly #child: ChildProcess;

  constructor(bench: Bench, script: string, words: readonly string[] = []) {
    this.#child = fork(join(import.meta.dirname, script), words);
    bench.defer(() => this.end());
  }

  get pid(): number {
    return this.#child.pid!;
  }

  tell(message: object): void {
    this.#child.send(message);
  }

  /** The next message. @throws Error when it ends before it says one */
  async told<T>(): Promise<T> {
    const over = new AbortController();
    const { signal } = over;
    const message = once(this.#child, 'message', { signal }).then(([value]) => value as T);
    const exit = once(this.#child, 'exit', { signal }).then(() => {
      throw new Error(`${this.#child.spawnargs.join(' ')} ended too early`);
    });
    return Promise.race([message, exit]).finally(() => {
      over.abort();
      for (const each of [message, exit]) each.catch(() => {});
    });
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }
}
