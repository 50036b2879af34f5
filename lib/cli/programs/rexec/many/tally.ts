/** So many hosts must have ended before anything is concluded from their times. */
const ENOUGH = 10;

/** How many hosts are done, run, failed, and wait. */
export class Tally {
  readonly total: number;
  readonly #parallel: number;
  readonly #start = performance.now();
  #called = 0;
  done = 0;
  failed = 0;
  /** No further host is called. */
  isStopped = false;

  constructor(total: number, parallel: number) {
    this.total = total;
    this.#parallel = parallel;
  }

  called(): void {
    this.#called += 1;
  }

  ended(isCalled: boolean, hasFailed: boolean): void {
    this.done += 1;
    this.failed += hasFailed ? 1 : 0;
    this.#called -= isCalled ? 1 : 0;
  }

  get running(): number {
    return this.#called;
  }

  get waiting(): number {
    return this.total - this.done - this.#called;
  }

  get seconds(): number {
    return (performance.now() - this.#start) / 1000;
  }

  /**
   * Undefined if it is not known: before a first wave of hosts has ended there is no rate, and once the last ones run, it
   * depends on them alone.
   */
  get secondsLeft(): number | undefined {
    if (this.isStopped || this.waiting === 0 || this.done < Math.max(ENOUGH, this.#parallel))
      return undefined;
    return (this.seconds / this.done) * (this.total - this.done);
  }
}
