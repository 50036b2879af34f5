import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Histogram, powers, type Sample } from './instruments.ts';

const RESOLUTION_MS = 50;
const WINDOW_MS = 10_000;

/** How much later than asked for this process gets to its work. It takes one call of JavaScript in ten seconds. */
export class LoopDelay {
  readonly #measured = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #histogram = new Histogram(powers(2, -10, 3));

  constructor() {
    this.#measured.enable();
    setInterval(() => this.#take(), WINDOW_MS).unref();
  }

  get samples(): Sample[] {
    this.#take();
    return this.#histogram.samples;
  }

  /** Node tells what part of the samples was at most so long, in steps that halve the rest. */
  #take(): void {
    const { count, percentiles } = this.#measured;
    let before = 0;
    for (const [percentile, nanoseconds] of [...percentiles].sort(([one], [other]) => one - other)) {
      const times = Math.round((percentile / 100) * count) - before;
      before += times;
      if (times > 0) this.#histogram.observe(Math.max(0, nanoseconds / 1e9 - RESOLUTION_MS / 1e3), times);
    }
    this.#measured.reset();
  }
}
