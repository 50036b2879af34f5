import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { Progress } from './progress.ts';

/** One of our own outputs, which many write to. */
export class Outlet {
  readonly #stream: Writable;
  readonly #progress: Progress;
  #drained: Promise<unknown> | undefined;

  constructor(stream: Writable, progress: Progress) {
    this.#stream = stream;
    this.#progress = progress;
  }

  /** Nothing of others comes between the bytes. Resolves when more can be taken. */
  async write(bytes: string | Buffer): Promise<void> {
    if (bytes.length === 0) return;
    const more = this.#progress.aside(() => this.#stream.write(bytes));
    if (!more)
      this.#drained ??= once(this.#stream, 'drain').finally(() => {
        this.#drained = undefined;
      });
    await this.#drained;
  }
}
