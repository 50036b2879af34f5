import { setImmediate as nextTurn } from 'node:timers/promises';
import { BackOff, reasonOf, within } from '../base/index.ts';
import type { Events } from '../events/index.ts';
import { connectStore, type StoreAddress, type StoreClient, tryStore } from './client.ts';

/** Time for an answer. A login asks three times at most: for its place, who is locked out, and to count its failure. */
const ANSWER_SECONDS = 0.08;
/** A server that answers late has a bad moment; one that does not answer for so long is away. */
const SILENT_SECONDS = 2;
const BEAT_MS = 10_000;

type Question = (client: StoreClient) => Promise<unknown>;

/**
 * The server that daemons share, connected in the background. A question waits for its answer no longer than
 * {@link ANSWER_SECONDS}. Once one has waited in vain, none is asked until the server has answered in time again, which is
 * found out by a question that no login waits for.
 */
export class Store {
  readonly #address: StoreAddress;
  readonly #events: Events;
  readonly #backOff = new BackOff();
  #beat: NodeJS.Timeout | undefined;
  readonly #tried = Promise.withResolvers<void>(); // once it is connected, or cannot be
  /** Called once it is connected, and every 10 seconds while it is. Rejects if the store is away. */
  onBeat: (isBack: boolean) => Promise<void> = async () => {};
  #client: StoreClient | undefined;
  #retry: NodeJS.Timeout | undefined;
  #awaySince: number | undefined;
  #isLate = false; // an answer was, and none was in time since
  #silent: NodeJS.Timeout | undefined; // while no answer comes at all
  #isProbing = false;
  #hasEnded = false;

  constructor(address: StoreAddress, events: Events) {
    this.#address = address;
    this.#events = events;
  }

  /** Whether it would be asked. */
  get isReady(): boolean {
    return this.isUp && !this.#isLate;
  }

  /** Whether it is connected. */
  get isUp(): boolean {
    return this.#client !== undefined;
  }

  get name(): string {
    const { host, port } = this.#address;
    return `${host} port ${port}`;
  }

  /** Begins to connect. */
  begin(): void {
    this.#beat = setInterval(() => this.#work(false), BEAT_MS).unref();
    this.#tryAgain();
  }

  /** Runs a script there. Rejects within {@link ANSWER_SECONDS} if it cannot; then the store is away. */
  async eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown> {
    if (this.#isLate) throw new Error(`${this.name} is slow`);
    return this.#inTime((client) => client.eval(script, options));
  }

  end(): void {
    this.#hasEnded = true;
    clearInterval(this.#beat);
    clearTimeout(this.#retry);
    clearTimeout(this.#silent);
    this.#client?.destroy();
    this.#client = undefined;
    this.#tried.resolve();
  }

  async #inTime(question: Question): Promise<unknown> {
    const client = this.#client;
    let isOver = false;
    const answer = this.#ask(question).finally(() => {
      isOver = true;
      if (client && client === this.#client) this.#heard();
    });
    return within(ANSWER_SECONDS, answer, async () => {
      await nextTurn(); // an answer may be here that this process had no time to read
      if (isOver) return answer;
      if (client === this.#client) this.#wait(client);
      throw new Error(`no answer within ${ANSWER_SECONDS * 1000} ms`);
    });
  }

  async #ask(question: Question): Promise<unknown> {
    if (!this.#client) await this.#tried.promise; // right after the start
    const client = this.#client;
    if (!client) throw new Error(`${this.name} is away`);
    try {
      return await question(client);
    } catch (error) {
      this.#lost(client, error);
      throw error;
    }
  }

  #tryAgain(): void {
    this.#connect().catch((error) => this.#lost(undefined, error));
  }

  async #connect(): Promise<void> {
    const client = await connectStore(this.#address, (lost, error) => this.#lost(lost, error));
    if (this.#hasEnded) return client.destroy();
    this.#client = client;
    this.#isLate = false;
    this.#tried.resolve();
    if (this.#awaySince !== undefined) {
      const seconds = Math.round((performance.now() - this.#awaySince) / 1000);
      this.#awaySince = undefined;
      this.#events.emit('sharedLockoutsBack', { server: this.name, seconds });
    }
    this.#work(true);
  }

  /** An answer is late: it comes, or the server is away. @param client undefined: it is being connected */
  #wait(client: StoreClient | undefined): void {
    this.#isLate = true;
    if (!client) return;
    const lost = () => this.#lost(client, new Error(`no answer within ${SILENT_SECONDS} s`));
    this.#silent ??= setTimeout(lost, SILENT_SECONDS * 1000).unref();
  }

  #heard(): void {
    if (!this.#isLate) return;
    clearTimeout(this.#silent);
    this.#silent = undefined;
    if (!this.#isProbing) this.#probe().catch(() => {}); // this answer is late too, or does not come: see #wait
  }

  async #probe(): Promise<void> {
    this.#isProbing = true;
    try {
      await this.#inTime(tryStore);
    } finally {
      this.#isProbing = false;
    }
    this.#isLate = false;
    this.#work(false); // what was not asked meanwhile
  }

  /** What fails shows that the store is away, and is done again when it is back. */
  #work(isBack: boolean): void {
    if (this.#client) this.onBeat(isBack).catch(() => {});
  }

  /** @param client undefined: there was none yet */
  #lost(client: StoreClient | undefined, error: unknown): void {
    if (this.#hasEnded || client !== this.#client) return;
    this.#client = undefined;
    this.#isLate = false; // nothing is asked until it is back
    clearTimeout(this.#silent);
    this.#silent = undefined;
    client?.destroy();
    this.#tried.resolve();
    if (this.#awaySince === undefined) {
      this.#awaySince = performance.now();
      this.#events.emit('sharedLockoutsAway', { server: this.name, cause: reasonOf(error) });
    }
    this.#backOff.ended();
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#tryAgain(), this.#backOff.start()).unref();
  }
}
