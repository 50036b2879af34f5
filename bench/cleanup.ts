import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** What was started is ended, and what was made is removed, also when the program is told to end before that. */
export class Cleanup {
  readonly #undo: (() => unknown)[] = [];
  readonly #onSignal = (signal: keyof typeof SIGNALS): void => {
    void this.run().finally(() => process.exit(SIGNALS[signal]));
  };

  constructor() {
    for (const signal of Object.keys(SIGNALS)) process.on(signal, this.#onSignal);
  }

  readonly defer = (undo: () => unknown): void => {
    this.#undo.push(undo);
  };

  /** An empty folder. */
  folder(): string {
    const path = mkdtempSync(join(tmpdir(), 'rexec-bench-'));
    this.defer(() => rmSync(path, { recursive: true, force: true }));
    return path;
  }

  /** The last first; one that fails does not keep the others from being undone. */
  async run(): Promise<void> {
    for (let undo = this.#undo.pop(); undo; undo = this.#undo.pop())
      await Promise.resolve()
        .then(undo)
        .catch((error) => console.error(`clean-up: ${error.message}`));
    for (const signal of Object.keys(SIGNALS)) process.off(signal, this.#onSignal);
  }
}
