import type { Readable } from 'node:stream';
import { type ExitStatus, isSignal } from '../../codec/index.ts';
import { within } from '../base/index.ts';
import type { Mux } from '../mux/index.ts';
import { type Channel, relayStderr } from './channel.ts';
import { SignalInbox } from './signal-inbox.ts';

/** What a multiplexed connection carries beside its main stream. */
export class MuxedChannel implements Channel {
  readonly #mux: Mux;
  readonly #signals = new SignalInbox();
  readonly #came = new Set<number>(); // in this turn of the event loop
  readonly onSignal: Channel['onSignal'] = (deliver) => this.#signals.onSignal(deliver);

  constructor(mux: Mux) {
    this.#mux = mux;
    mux.onSignal = (signal) => {
      if (!isSignal(signal)) return;
      if (this.#came.size === 0) setImmediate(() => this.#take());
      this.#came.add(signal);
    };
  }

  get carriesStderr(): boolean {
    return this.#mux.stderrWanted;
  }

  get bytes(): number {
    return this.#mux.stderr.bytesWritten;
  }

  async relay(stderr: Readable, shellEnded: Promise<unknown>): Promise<void> {
    const { main, stderr: out } = this.#mux;
    await relayStderr(stderr, out, main, shellEnded);
    await new Promise((resolve) => out.end(resolve)); // what waits for the peer to read it
  }

  async finish(status: ExitStatus | undefined, drainSeconds: number): Promise<void> {
    if (status) await within(drainSeconds, this.#mux.sendStatus(status));
    this.#mux.finish();
  }

  destroy(): void {
    this.#mux.main.destroy();
  }

  #take(): void {
    this.#signals.take(this.#came);
    this.#came.clear();
  }
}
