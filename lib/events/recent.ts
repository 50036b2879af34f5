import type { Value } from '../text/index.ts';
import { CATALOGUE, type EventFields, type EventName } from './catalogue.ts';
import type { EventDefinition, Level } from './definition.ts';
import { SERVICE_EVENTS } from './entries/service.ts';
import { entryOf } from './log-entry.ts';

/** An event that is remembered, with those that repeat it. Times are in milliseconds since the epoch. */
export interface RecentEvent {
  /** Rises with each event and each repetition: a reader continues after the highest that it has. */
  readonly n: number;
  /** The `n` of the first one, which all repetitions keep. */
  readonly key: number;
  readonly since: number;
  readonly at: number;
  /** How many there were, the first one included. */
  readonly count: number;
  readonly name: EventName;
  readonly id: string;
  readonly level: Level;
  readonly text: string;
  /** What happened, and what to do. */
  readonly meaning: string;
  /** Of the last one; a text of a peer is bounded and not escaped. */
  readonly fields: Readonly<Record<string, Value>>;
}

/** Of each kind; the oldest is forgotten, so that many of one kind leave the others alone. */
const MOST_OF_A_KIND = 20;

/** Fields that differ between repetitions. */
const VARYING = ['session', 'pid', 'ms', 'seconds', 'failures', 'count', 'sessions'];

/** What went wrong lately, and what happened to the daemon itself, in memory. */
export class RecentEvents {
  readonly #kinds = new Map<EventName, Map<string, RecentEvent>>();
  #last = 0;

  /** Takes an event that happened. */
  take<Name extends EventName>(name: Name, fields: EventFields<Name>): void {
    const { level, meaning }: EventDefinition = CATALOGUE[name];
    if (level !== 'error' && level !== 'warn' && !Object.hasOwn(SERVICE_EVENTS, name)) return;
    const { id, text, fields: bounded } = entryOf(name, fields);
    const kind = this.#kinds.get(name) ?? new Map<string, RecentEvent>();
    this.#kinds.set(name, kind);
    const same = sameFor(bounded);
    const before = kind.get(same);
    this.#last += 1;
    const at = Date.now();
    const { key = this.#last, since = at, count = 0 } = before ?? {};
    kind.delete(same); // the oldest comes first
    kind.set(same, {
      n: this.#last,
      key,
      since,
      at,
      count: count + 1,
      name,
      id,
      level,
      text,
      meaning,
      fields: bounded,
    });
    const [oldest] = kind.keys();
    if (kind.size > MOST_OF_A_KIND) kind.delete(oldest!);
  }

  /** The highest number there is. */
  get last(): number {
    return this.#last;
  }

  /** Those that are new, or were repeated, after a number, in their order. */
  after(n: number): RecentEvent[] {
    return [...this.#kinds.values()]
      .flatMap((kind) => [...kind.values()])
      .filter((each) => each.n > n)
      .sort((one, other) => one.n - other.n);
  }
}

/** The same for events that repeat each other: a peer counts by its address. */
function sameFor(fields: Readonly<Record<string, Value>>): string {
  const lasting = Object.entries(fields)
    .filter(([field]) => !VARYING.includes(field))
    .map(([field, value]) => (field === 'peer' ? String(value).replace(/:\d+$/, '') : value));
  return JSON.stringify(lasting);
}
