import { LineModel } from './line-model.ts';
import type { Spoken } from './messages.ts';

/** A run in a host. A report that names no run, or comes out of order or twice, changes nothing. */
export class HostModel extends LineModel {
  run: 'none' | 'passing' | 'starting' | 'running' | 'closing' | 'over' = 'none';
  /** What its session hears of the run: each once, except signals. */
  readonly events: string[] = [];
  /** It knows that the peer is gone. */
  left = false;
  readonly #id: string;
  #hungUp = false;
  readonly #said = new Set<string>();

  constructor(id: string) {
    super('host');
    this.#id = id;
    this.ask(); // to become the user
    this.hear({ said: { say: 'answer', number: 1, answer: { received: 0, sent: 0 } }, secret: 0 });
  }

  /** Runs that have not been started yet. */
  get starting(): number {
    return this.run === 'passing' || this.run === 'starting' ? 1 : 0;
  }

  get isOpen(): boolean {
    return this.run !== 'none' && this.run !== 'over';
  }

  hangUp(): void {
    this.#hungUp ||= this.isOpen;
  }

  peerGone(): void {
    this.left ||= this.isOpen && !this.ended;
  }

  /** The process has ended: another host gets a run that it has not heard of; here there is none. */
  die(): void {
    this.ended = true;
    if (this.run === 'passing' && !this.#hungUp) this.events.push('again');
    if (this.isOpen && this.run !== 'closing') this.events.push('failed');
    if (this.isOpen) this.run = 'over';
  }

  protected override failed(): boolean {
    return true;
  }

  protected override report({ said: { say, id, signal } }: Spoken): boolean {
    if (id !== this.#id || !this.isOpen) return true;
    if (this.run === 'passing') this.run = 'starting'; // whatever it says about a run, it has it
    const isNew = !this.#said.has(String(say));
    switch (say) {
      case 'started':
        if (this.run === 'starting') this.#event('started', 'running');
        break;
      case 'signaled':
        if (this.run === 'running') this.#event(`signaled ${signal}`);
        break;
      case 'idle':
      case 'stuck':
        if (this.run !== 'running') break;
        if (isNew) this.#event(say);
        this.#said.add(say);
        if (say === 'idle') this.#hungUp = true;
        break;
      case 'ended':
        if (this.run === 'running') this.#event('ended');
        this.run = 'closing';
        break;
      case 'failed':
        if (this.run !== 'closing') this.#event('failed');
        this.run = 'closing';
        break;
      case 'over':
        this.run = 'over';
    }
    return true;
  }

  #event(event: string, run = this.run): void {
    this.events.push(event);
    this.run = run;
  }
}
