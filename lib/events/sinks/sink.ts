import { codeOf, within } from '../../base/index.ts';
import { entryOf, type LogEntry } from '../log-entry.ts';
import { Transport } from './winston.ts';

/** Gets reports of what goes wrong with a sink. */
export interface Trouble {
  failed(sink: string, error: unknown): void;
  dropped(sink: string, count: number): void;
}

/** What winston carries to each sink. */
export interface Info {
  readonly entry: LogEntry;
  /** The sink that does not get it. */
  readonly except: string;
}

const MOST_PENDING = 1_000_000; // bytes
const SHORTEST_PAUSE = 20; // ms
const LONGEST_PAUSE = 1000; // ms
const CLOSE_SECONDS = 5;

/**
 * A transport that winston can always write to: what its outlet does not take waits here, up to a bound. Beyond it
 * events are dropped and counted, until half of the bound is free again; then an event says how many there were. An
 * outlet that fails is tried again and again, with growing pauses. Nothing here blocks, throws or emits an error.
 */
export abstract class Sink<Form extends string | Buffer = string | Buffer> extends Transport {
  readonly name: string;
  readonly #encode: (entry: LogEntry) => Form;
  readonly #trouble: Trouble;
  readonly #queue: Form[] = [];
  #pending = 0; // bytes in the queue
  #dropped = 0;
  #isOpen = false;
  #running = false;
  #work: Promise<void> = Promise.resolve(); // settles when nothing is left to do
  #pause = SHORTEST_PAUSE;
  #wake: () => void = () => {};
  #closing = false;
  #gaveUp = false;

  constructor(name: string, encode: (entry: LogEntry) => Form, trouble: Trouble) {
    super();
    this.name = name;
    this.#encode = encode;
    this.#trouble = trouble;
    this.once('pipe', () => this.#start()); // so that an outlet that cannot be opened is known before it is needed
  }

  /** Makes the outlet ready. Throws or rejects where that fails; it is called again then. */
  protected open(): void | Promise<void> {}

  /** Gives the outlet one event. Throws or rejects where that fails; it is called again with the same one then. */
  protected abstract deliver(event: Form): void | Promise<void>;

  /** Lets the outlet go. */
  protected release(): void {}

  /** The outlet must be opened again before the next delivery. */
  protected reopen(): void {
    this.#isOpen = false;
  }

  /** Tells of a fault that does not keep the outlet from taking events. */
  protected complain(error: unknown): void {
    this.#trouble.failed(this.name, error);
  }

  override log({ entry, except }: Info, next: () => void): void {
    next(); // at once: winston would hold back every other sink with this one, and without a bound
    if (except === this.name || this.#gaveUp) return;
    try {
      if (this.#dropped > 0) this.#dropped += 1;
      else this.#append(this.#encode(entry));
    } catch (error) {
      this.complain(error); // a defect; thrown from here it would end the daemon
    }
  }

  /** Resolves once every event is taken, or the outlet fails, or has taken too long: a sink never stops the daemon. */
  async flush(): Promise<void> {
    if (this.#gaveUp) return;
    this.#closing = true;
    this.#wake();
    await within(CLOSE_SECONDS, this.#work, () => this.#giveUp());
  }

  override _final(done: () => void): void {
    this.flush()
      .then(() => this.release())
      .then(() => done(), done);
  }

  #append(event: Form): void {
    const size = Buffer.byteLength(event);
    if (this.#pending + size > MOST_PENDING) {
      this.#dropped += 1;
      return;
    }
    this.#pending += size;
    this.#queue.push(event);
    this.#start();
  }

  #start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#work = this.#run().catch(() => this.#giveUp()); // a defect; unhandled it would end the daemon
  }

  async #run(): Promise<void> {
    while (!this.#gaveUp && (!this.#isOpen || this.#queue.length > 0)) {
      try {
        const [event] = this.#isOpen ? this.#queue : [];
        const taking = event === undefined ? this.open() : this.deliver(event);
        if (taking) await taking; // an outlet that takes an event at once costs no turn of the loop
        this.#pause = SHORTEST_PAUSE;
        if (event === undefined) this.#isOpen = true;
        else this.#remove();
      } catch (error) {
        await this.#afterFailure(error);
      }
    }
    this.#running = false;
  }

  /** The first event is done with. */
  #remove(): void {
    const event = this.#queue.shift();
    if (event === undefined) return; // given up meanwhile
    this.#pending -= Buffer.byteLength(event);
    if (this.#dropped === 0 || this.#pending > MOST_PENDING / 2) return;
    const count = this.#dropped;
    this.#dropped = 0;
    this.#append(this.#encode(entryOf('eventsDropped', { sink: this.name, count })));
    this.#trouble.dropped(this.name, count);
  }

  async #afterFailure(error: unknown): Promise<void> {
    this.#trouble.failed(this.name, error);
    if (codeOf(error) === 'EMSGSIZE') {
      this.#dropped += 1; // it will never be taken
      this.#remove();
    } else if (this.#closing) this.#giveUp();
    else {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, this.#pause).unref();
      });
      this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
    }
  }

  #giveUp(): void {
    this.#gaveUp = true;
    const lost = this.#queue.length + this.#dropped;
    this.#queue.length = 0;
    if (lost > 0) this.#trouble.dropped(this.name, lost);
  }
}
