import { constants } from 'node:os';
import type { Group } from './launcher.ts';

/** Only Linux has what is needed of it, and its library has no build for every machine. */
const native =
  process.platform === 'linux' ? await import('../native/index.ts').catch(() => undefined) : undefined;

/**
 * The process group of a command. Its leader is the shell.
 *
 * SECURITY: a number is no identity. Once the leader is reaped and the group is empty, another process may get it, even
 * one of root's. From then on signals go through a descriptor of the group; if the system has none, they go nowhere.
 */
export class ProcessGroup implements Group {
  readonly #leader: number;
  readonly #descriptor;
  #reaped = false;
  #emptyWhenReaped = false;
  #closed = false;

  /** @param leader a child that was made in this turn of the event loop, or is reaped by us alone: it is not reaped yet */
  constructor(leader: number) {
    this.#leader = leader;
    this.#descriptor = native?.GroupDescriptor.open(leader);
  }

  signal(signal: NodeJS.Signals | number): boolean {
    const number = typeof signal === 'number' ? signal : constants.signals[signal];
    if (this.#closed || !Number.isInteger(number)) return false;
    if (this.#descriptor) return this.#descriptor.send(number) === 0;
    // Those that ended in one moment are all reaped before the first of them is known to be.
    const unreaped = !this.#reaped && (native?.isUnreaped(this.#leader) ?? true);
    return unreaped && this.#signalByNumber(number);
  }

  /** To be called as soon as the leader was reaped. */
  leaderReaped(): void {
    this.#reaped = true;
    if (!this.#descriptor) this.#emptyWhenReaped = !this.#signalByNumber(0);
  }

  get gone(): boolean {
    if (this.#closed) return true;
    return this.#reaped && (this.#descriptor ? !this.#descriptor.exists : this.#emptyWhenReaped);
  }

  close(): void {
    if (!this.#closed) this.#descriptor?.close();
    this.#closed = true;
  }

  #signalByNumber(number: number): boolean {
    try {
      return process.kill(-this.#leader, number);
    } catch {
      return false;
    }
  }
}
