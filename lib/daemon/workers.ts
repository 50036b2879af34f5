import { setTimeout as delay } from 'node:timers/promises';
import type { SessionOptions } from '../orchestrator/index.ts';
import type { Settings } from '../settings/index.ts';
import { Worker } from './worker.ts';

/** One that dies younger than this is replaced after as long: what kills each at its start must not busy the machine. */
const YOUNG_MS = 1000;

/** The processes that run sessions. One that dies takes its own sessions along and no others, and is replaced. */
export class Workers {
  readonly #events: SessionOptions['events'];
  readonly #workers = new Set<Worker>();
  #settings: Settings;
  #ending = false;

  constructor(count: number, settings: Settings, events: SessionOptions['events']) {
    this.#settings = settings;
    this.#events = events;
    for (let index = 0; index < count; index += 1)
      this.#keepOne().catch((error) => this.#died(0, error.message));
  }

  /** What sessions go by that come from now on. */
  set settings(settings: Settings) {
    this.#settings = settings;
    for (const worker of this.#workers) worker.say({ say: 'settings', settings });
  }

  /** The one with the fewest sessions; undefined while there is none. */
  get next(): Worker | undefined {
    let next: Worker | undefined;
    for (const worker of this.#workers)
      if (worker.load < (next?.load ?? Number.POSITIVE_INFINITY)) next = worker;
    return next;
  }

  /** Ends all of them, once their sessions have ended. */
  async end(): Promise<void> {
    this.#ending = true;
    await Promise.all([...this.#workers].map((worker) => worker.end()));
  }

  async #keepOne(): Promise<void> {
    while (!this.#ending) {
      const born = performance.now();
      const [pid, cause] = await this.#runOne().catch((error: Error) => [0, error.message] as const);
      if (this.#ending) return;
      this.#died(pid, cause);
      if (performance.now() - born < YOUNG_MS) await delay(YOUNG_MS, undefined, { ref: false });
    }
  }

  /** Resolves when it has died. */
  async #runOne(): Promise<readonly [pid: number, cause: string]> {
    const worker = new Worker(this.#settings, this.#events);
    this.#workers.add(worker);
    const cause = await worker.gone;
    this.#workers.delete(worker);
    return [worker.pid ?? 0, cause];
  }

  #died(pid: number, cause: string): void {
    this.#events.emit('workerDied', { pid, cause });
  }
}
