import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** What was started is ended, and what was made is removed, also when the program is told to end before that. */
export class Cleanup {
  readonly #undo: (() => unknown)[] = [];
  #over: Promise<void> | undefined;
  readonly #onSignal = (signal: keyof typeof SIGNALS): void => {
    void this.run().finally(() => process.exit(SIGNALS[signal]));
  };
  readonly #onError = (error: Error): void => {
    console.error(`bench: ${error.stack}`);
    void this.run().finally(() => process.exit(1));
  };

  constructor() {
    for (const signal of Object.keys(SIGNALS)) process.on(signal, this.#onSignal);
    process.on('uncaughtException', this.#onError);
  }

  /** What comes too late, as from work that nobody waits for any more, is undone at once. */
  readonly defer = (undo: () => unknown): void => {
    if (this.#over) void attempt(undo);
    else this.#undo.push(undo);
  };

  /** An empty folder. */
  folder(): string {
    const path = mkdtempSync(join(tmpdir(), 'rexec-bench-'));
    this.defer(() => rmSync(path, { recursive: true, force: true }));
    return path;
  }

  /** The last first, once, however often it is called. */
  run(): Promise<void> {
    this.#over ??= this.#undoAll();
    return this.#over;
  }

  async #undoAll(): Promise<void> {
    for (let undo = this.#undo.pop(); undo; undo = this.#undo.pop()) await attempt(undo);
    for (const signal of Object.keys(SIGNALS)) process.off(signal, this.#onSignal);
    process.off('uncaughtException', this.#onError);
  }
}

/** One that fails does not keep the others from being undone. */
async function attempt(undo: () => unknown): Promise<void> {
  try {
    await undo();
  } catch (error) {
    console.error(`clean-up: ${(error as Error).message}`);
  }
}
