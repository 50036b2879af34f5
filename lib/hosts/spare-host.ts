import type { HostProcess } from './host-process.ts';

/** How long after one was taken the next one is started: after the login that took it. */
const NEXT_MS = 250;

/** A host that is no one's yet: started before it is needed, so that a login need not wait for it. */
export class SpareHost {
  readonly #start: () => HostProcess;
  #host: HostProcess | undefined;
  #ending = false;

  /** @param start throws LaunchError if the system has no process or descriptor left for it */
  constructor(start: () => HostProcess) {
    this.#start = start;
    this.#keep();
  }

  /** @throws as `start` */
  take(): HostProcess {
    const host = this.#host?.usable ? this.#host : this.#start();
    this.#host = undefined;
    setTimeout(() => this.#keep(), NEXT_MS).unref();
    return host;
  }

  /** Starts another one, for other options. Resolves when the old one has ended. */
  async replace(): Promise<void> {
    const old = this.#host;
    this.#host = undefined;
    this.#keep();
    await old?.end();
  }

  async end(): Promise<void> {
    this.#ending = true;
    await this.#host?.end();
  }

  #keep(): void {
    if (this.#ending || this.#host) return;
    try {
      this.#host = this.#start();
    } catch {} // the next login tries again, and says why
  }
}
