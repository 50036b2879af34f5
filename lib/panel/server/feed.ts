import type { ServerResponse } from 'node:http';
import { MOST_STREAMS } from '../protocol.ts';
import type { EventRow, News, Sample, SessionRow, SettingRow, Topic, Topics } from '../topics.ts';
import { type DaemonLine, VerbError } from './daemon.ts';
import { numbersIn, sampleOf } from './samples.ts';

const STATUS_MS = 1000;
const SAMPLE_MS = 5000;
const SAMPLES = 180; // 15 minutes
const EVENTS = 1000;
/** What may wait for a browser that reads slowly. */
const MOST_WAITING = 16 * 2 ** 20; // bytes

interface Stream {
  readonly secret: string;
  readonly response: ServerResponse;
}

/** Pages that are open: the daemon is asked once a second for all of them, and not at all if there is none. */
export class Feed {
  readonly #daemon: DaemonLine;
  #streams: Stream[] = [];
  #sessions = new Map<string, SessionRow>();
  #news: News | undefined;
  #settings: readonly SettingRow[] | undefined;
  #events = new Map<number, EventRow>();
  #history: Sample[] = [];
  #counters: ReturnType<typeof numbersIn> | undefined;
  #generation = 0;
  #asking: Promise<void> | undefined;
  #sampledAt = 0;
  #text: Promise<string> | undefined; // the counters
  #textAt = 0;

  constructor(daemon: DaemonLine) {
    this.#daemon = daemon;
    setInterval(() => this.#ask(), STATUS_MS);
    setInterval(() => this.#sample().catch(() => {}), SAMPLE_MS); // the next one may have an answer
    this.#sample().catch(() => {});
  }

  get isFull(): boolean {
    return this.#streams.length >= MOST_STREAMS;
  }

  /** The counters as they were at most a second ago, however many ask. */
  counters(): Promise<string> {
    const now = performance.now();
    if (!this.#text || now - this.#textAt > STATUS_MS) {
      this.#textAt = now;
      this.#text = this.#daemon.ask('counters', []).then(String);
      this.#text.catch(() => {
        this.#text = undefined;
      });
    }
    return this.#text;
  }

  /** Tells a page all there is, and then what changes, until it leaves or its session ends. */
  async open(secret: string, ticket: Topics['ticket'], response: ServerResponse): Promise<void> {
    if (response.destroyed) return; // the page has left while its ticket was checked
    const stream = { secret, response };
    response.on('close', () => {
      this.#streams = this.#streams.filter((each) => each !== stream);
      if (this.#streams.length === 0) this.#forget();
    });
    response.write('retry: 1000\n\n');
    const isKnown = this.#news !== undefined;
    this.#streams.push(stream);
    tell(stream, 'ticket', ticket);
    tell(stream, 'history', this.#history);
    if (!isKnown) return this.#ask();
    this.#tellAll(stream);
  }

  #tellAll(stream: Stream): void {
    const { status, lockouts } = this.#news!;
    tell(stream, 'status', status);
    if (this.#settings) tell(stream, 'settings', this.#settings);
    tell(stream, 'sessions', { all: [...this.#sessions.values()] });
    tell(stream, 'lockouts', lockouts);
    tell(stream, 'events', { all: [...this.#events.values()] });
  }

  /** Tells all pages what is so now: one of them has changed something, and waits for its answer. */
  async refresh(): Promise<void> {
    await this.#asking;
    await this.#ask();
  }

  #ask(): Promise<void> {
    if (this.#streams.length === 0) return Promise.resolve();
    this.#asking ??= this.#askNews()
      .catch(() => {}) // the next one may have an answer
      .finally(() => {
        this.#asking = undefined;
      });
    return this.#asking;
  }

  async #askNews(): Promise<void> {
    const generation = this.#generation;
    const asked = [...this.#streams];
    const secrets = asked.map(({ secret }) => secret);
    const { revision = 0, cursor = 0 } = this.#news ?? {};
    const { ended, news } = (await this.#daemon.ask('news', secrets, { revision, cursor })) as {
      ended: number[];
      news?: News;
    };
    for (const index of ended) close(asked[index]!, 'The session of this page has ended.');
    if (!news || this.#streams.length === 0) return;
    // All pages left meanwhile, and another one came, which has to get all.
    if (generation !== this.#generation) return this.#askNews();
    await this.#take(news, secrets);
  }

  async #take(news: News, secrets: readonly string[]): Promise<void> {
    const before = this.#news;
    this.#news = news;
    const { all, put = [], gone = [] } = news.sessions;
    if (all) this.#sessions = new Map(all.map((each) => [each.id, each]));
    for (const each of put) this.#sessions.set(each.id, each);
    for (const id of gone) this.#sessions.delete(id);
    for (const each of news.events) this.#events.set(each.key, each);
    const excess = [...this.#events.keys()].slice(0, Math.max(0, this.#events.size - EVENTS));
    for (const key of excess) this.#events.delete(key);
    if (this.#settings === undefined || news.settings !== before?.settings) await this.#askSettings(secrets);
    this.#tell('status', news.status);
    if (all || put.length > 0 || gone.length > 0) this.#tell('sessions', news.sessions);
    if (!before || JSON.stringify(before.lockouts) !== JSON.stringify(news.lockouts))
      this.#tell('lockouts', news.lockouts);
    if (!before) this.#tell('events', { all: news.events });
    else if (news.events.length > 0) this.#tell('events', { put: news.events });
  }

  async #askSettings(secrets: readonly string[]): Promise<void> {
    for (const secret of secrets)
      try {
        this.#settings = (await this.#daemon.ask('settings', [secret])) as SettingRow[];
        return this.#tell('settings', this.#settings);
      } catch (error) {
        if (error instanceof VerbError && error.kind === 'login') continue; // another page's has not ended
        return this.#tell('failed', { topic: 'settings', message: (error as Error).message });
      }
  }

  async #sample(): Promise<void> {
    const numbers = numbersIn(await this.counters());
    const at = Date.now();
    const now = performance.now();
    if (this.#counters) {
      const sample = sampleOf(this.#counters, numbers, at, (now - this.#sampledAt) / 1000);
      this.#history = [...this.#history, sample].slice(-SAMPLES);
      this.#tell('sample', sample);
    }
    this.#counters = numbers;
    this.#sampledAt = now;
  }

  #tell<T extends Topic>(topic: T, body: Topics[T]): void {
    for (const stream of this.#streams) tell(stream, topic, body);
  }

  /** Nobody looks: what sessions run is for nobody to know. */
  #forget(): void {
    this.#generation += 1;
    this.#news = undefined;
    this.#settings = undefined;
    this.#sessions = new Map();
    this.#events = new Map();
  }
}

function tell<T extends Topic>({ response }: Stream, topic: T, body: Topics[T]): void {
  if (response.writableLength > MOST_WAITING) return void response.destroy(); // it comes again, and gets all
  response.write(`event: ${topic}\ndata: ${JSON.stringify(body)}\n\n`);
}

function close(stream: Stream, why: string): void {
  tell(stream, 'link', { state: 'expired', why });
  stream.response.end();
}
