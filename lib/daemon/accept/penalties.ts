import { networkOf } from '../../login/index.ts';

const MOST = 10_000; // networks; the oldest is forgotten

/** Addresses (an IPv6 /64 each) that are refused for a while, because a process that read them crashed or was taken over. */
export class Penalties {
  readonly #until = new Map<string, number>(); // ms of the monotonic clock, by networkOf()

  add(address: string, seconds: number): void {
    const network = networkOf(address);
    this.#until.delete(network);
    if (seconds > 0) this.#until.set(network, performance.now() + seconds * 1000);
    const [oldest] = this.#until.keys();
    if (this.#until.size > MOST && oldest !== undefined) this.#until.delete(oldest);
  }

  /** Seconds that an address is still refused; 0: it is not. */
  left(address: string): number {
    if (this.#until.size === 0) return 0;
    const network = networkOf(address);
    const left = (this.#until.get(network) ?? 0) - performance.now();
    if (left <= 0) this.#until.delete(network);
    return Math.max(0, Math.ceil(left / 1000));
  }
}
