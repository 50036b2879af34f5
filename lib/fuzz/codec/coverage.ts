import { type Profiler, Session } from 'node:inspector';

const CODEC = new URL('../../../codec/', import.meta.url).href;

/** Which blocks of the codec's code run, as V8 counts them in this process. */
export class Coverage {
  /** Time that looking has taken. */
  spentMs = 0;
  readonly #session = new Session();
  readonly #seen = new Set<string>(); // blocks that exist
  readonly #covered = new Set<string>();

  constructor() {
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  get covered(): number {
    return this.#covered.size;
  }

  get total(): number {
    return this.#seen.size;
  }

  /** Blocks that ran since the last call and never before; not counted as covered until {@link add}. */
  fresh(): string[] {
    return this.#take().filter((block) => !this.#covered.has(block));
  }

  add(blocks: readonly string[]): void {
    for (const block of blocks) this.#covered.add(block);
  }

  stop(): void {
    this.#session.disconnect();
  }

  #take(): string[] {
    const start = performance.now();
    let scripts: Profiler.ScriptCoverage[] = [];
    // Within one process the answer is there when post() returns.
    this.#session.post('Profiler.takePreciseCoverage', (_error, answer) => {
      scripts = answer?.result ?? [];
    });
    const ran: string[] = [];
    for (const { url, functions } of scripts) {
      if (!url.startsWith(CODEC)) continue;
      for (const { ranges } of functions)
        for (const { startOffset, endOffset, count } of ranges) {
          const block = `${url}:${startOffset}-${endOffset}`;
          this.#seen.add(block);
          if (count > 0) ran.push(block);
        }
    }
    this.spentMs += performance.now() - start;
    return ran;
  }
}
