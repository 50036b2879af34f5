const LOOK_MS = 250;

/** How long nothing has come from a peer. */
export class Silence {
  #since = performance.now();
  #ours = 0;

  /** Since something came from the peer or was passed on. */
  get seconds(): number {
    return (performance.now() - this.#since) / 1000;
  }

  heard(): void {
    this.#since = performance.now();
  }

  /** Does work that came from the peer, which waits for us as long as it takes. */
  async while<T>(work: Promise<T>): Promise<T> {
    this.#ours += 1;
    this.heard();
    try {
      return await work;
    } finally {
      this.#ours -= 1;
      this.heard();
    }
  }

  /** Resolves once the peer has said nothing for that long, counted from this call at the earliest; never once aborted. */
  async lasting(seconds: number, signal: AbortSignal): Promise<void> {
    this.heard();
    await new Promise<void>((resolve) => {
      if (signal.aborted) return;
      const look = setInterval(() => {
        if (this.#ours === 0 && this.seconds >= seconds) resolve();
      }, LOOK_MS);
      signal.addEventListener('abort', () => clearInterval(look));
    });
  }
}
