const FIRST_MS = 100;
const LONGEST_MS = 5000;
/** A process that lived as long as this was started in order. */
const CALM_MS = 60_000;

/** The time between starts of a process that ends again and again: none before the second one, then twice as long each time. */
export class BackOff {
  #ends = 0; // in a row
  #startedAt = 0;
  #notBefore = 0;

  /** Milliseconds until it may be started. */
  get wait(): number {
    return Math.max(0, this.#notBefore - performance.now());
  }

  /** It is started. @returns milliseconds to wait before */
  start(): number {
    const { wait } = this;
    this.#startedAt = performance.now() + wait;
    return wait;
  }

  /** It has ended by itself. */
  ended(): void {
    const now = performance.now();
    this.#ends = now - this.#startedAt < CALM_MS ? this.#ends + 1 : 1;
    this.#notBefore = this.#ends < 2 ? now : now + Math.min(LONGEST_MS, FIRST_MS * 2 ** (this.#ends - 2));
  }
}
