import type { EventRow, Link, SessionRow, Topic, Topics } from '../../topics.ts';

const MOST_EVENTS = 1000;
const SAMPLES = 180; // 15 minutes

/** What is known of the daemon. */
export interface Model {
  link: Link;
  ticket: Topics['ticket'] | null;
  status: Topics['status'] | null;
  history: Topics['history'];
  sessions: Map<string, SessionRow> | null;
  lockouts: Topics['lockouts'] | null;
  /** The last one last. */
  events: readonly EventRow[] | null;
  settings: Topics['settings'] | null;
  /** Why a topic could not be had. */
  readonly failed: Partial<Record<string, string>>;
}

export const model: Model = {
  link: { state: 'connecting' },
  ticket: null,
  status: null,
  history: [],
  sessions: null,
  lockouts: null,
  events: null,
  settings: null,
  failed: {},
};

/** What a view is brought up to date for; `all` when it is new. */
export type Changed = ReadonlySet<Topic | 'all'>;

/** A view of the page, or a part of one. */
export interface View {
  readonly node: HTMLElement;
  update(changed: Changed): void;
  leave?(): void;
}

let dirty = new Set<Topic>();
let frame = 0;
let onChange: (changed: Changed) => void = () => {};

/** @param draw called once a frame at most, with the topics that changed */
export function watch(draw: (changed: Changed) => void): void {
  onChange = draw;
}

export function changed(...topics: readonly Topic[]): void {
  for (const topic of topics) dirty.add(topic);
  if (frame !== 0) return;
  frame = requestAnimationFrame(() => {
    frame = 0;
    const now = dirty;
    dirty = new Set();
    onChange(now);
  });
}

const TAKE: { readonly [T in Topic]: (body: Topics[T]) => void } = {
  link(body) {
    model.link = body;
  },
  ticket(body) {
    model.ticket = body;
  },
  status(body) {
    model.status = body;
  },
  history(body) {
    model.history = body;
  },
  sample(body) {
    model.history = [...model.history, body].slice(-SAMPLES);
  },
  sessions({ all, put = [], gone = [] }) {
    if (all) model.sessions = new Map(all.map((each) => [each.id, each]));
    for (const each of put) model.sessions?.set(each.id, each);
    for (const id of gone) model.sessions?.delete(id);
  },
  lockouts(body) {
    model.lockouts = body;
  },
  events({ all, put = [] }) {
    const known = new Map((all ?? model.events ?? []).map((each) => [each.key, each]));
    for (const each of put) known.set(each.key, each);
    model.events = [...known.values()].sort((one, other) => one.n - other.n).slice(-MOST_EVENTS);
  },
  settings(body) {
    model.settings = body;
    delete model.failed.settings;
  },
  failed({ topic, message }) {
    model.failed[topic] = message;
  },
};

export function take<T extends Topic>(topic: T, body: Topics[T]): void {
  TAKE[topic](body);
  changed(topic);
}

export const mayChange = (): boolean => model.ticket?.role === 'admin' && model.link.state === 'live';

export const clockNow = (): number => model.status?.now ?? Date.now();
