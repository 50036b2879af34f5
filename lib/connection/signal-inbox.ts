/** Signals of a peer on their way to the command. Those that come before there is one wait, one of a kind. */
export class SignalInbox {
  readonly #pending = new Set<number>();
  #deliver: ((signal: number) => void) | undefined;

  /** From now on signals go to `deliver`, those that waited first. */
  onSignal(deliver: (signal: number) => void): void {
    this.#deliver = deliver;
    this.#flush();
  }

  /** Signals (1 to 64) that came at once: one of a kind is delivered, so a flood costs no more than 64 system calls. */
  take(signals: Iterable<number>): void {
    for (const signal of signals) this.#pending.add(signal);
    if (this.#deliver) this.#flush();
  }

  #flush(): void {
    for (const signal of this.#pending) this.#deliver!(signal);
    this.#pending.clear();
  }
}
