import { type Check, is, RexecError } from '../../base/index.ts';
import { type Call, type FailureKind, few } from '../protocol.ts';
import type { News, SessionRow, SettingRow, SettingValue, Ticket } from '../topics.ts';
import type { PanelSession, Tickets } from './tickets.ts';

/** A change that the page asks for; no value: the setting is taken out of the file. */
export interface Wanted {
  readonly key: string;
  readonly value?: SettingValue | undefined;
}

/** What a daemon does for its panel. What it throws is for the user of the page. */
export interface PanelSource {
  /** Metrics in Prometheus' text format: without a name, an address or a command of a peer. */
  counters(): string;
  news(since: { readonly revision: number; readonly cursor: number }): Promise<News>;
  session(id: string): Promise<(SessionRow & { received: number | null; sent: number | null }) | null>;
  settings(): Promise<readonly SettingRow[]>;
  kill(id: string): void;
  /** @param subject undefined: all lockouts */
  unlock(subject: string | undefined): Promise<void>;
  /** @returns the keys that changed */
  reload(): Promise<readonly string[]>;
  /** @throws RefusedChange */
  set(changes: readonly Wanted[]): Promise<void>;
  /** The panel was opened, or made a change. */
  used(verb: string, what: string, session: PanelSession): void;
}

/** A change of settings that is not made; nothing was written. */
export class RefusedChange extends RexecError {
  /** Why, by key. */
  readonly errors: Readonly<Record<string, string>>;

  constructor(message: string, errors: Readonly<Record<string, string>> = {}) {
    super(message);
    this.errors = errors;
  }
}

/** A verb that its caller may not have. */
export class DeniedError extends RexecError {
  readonly kind: FailureKind;

  constructor(kind: FailureKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

const VALUE = is.either(is.either(is.text, is.flag), is.either(is.quantity, is.list(is.text)));
const MOST_CHANGES = 100; // more than there are settings
const BODIES = {
  counters: is.object({}),
  trade: is.object({ ticket: is.text }),
  leave: is.object({}),
  ticket: is.object({}),
  news: is.object({ revision: is.count, cursor: is.count }),
  session: is.object({ id: is.text }),
  settings: is.object({}),
  kill: is.object({ id: is.text }),
  unlock: is.either(is.object({ subject: is.text }), is.object({ all: is.oneOf(true) })),
  reload: is.object({}),
  set: is.object({
    changes: few(MOST_CHANGES, is.object<Wanted>({ key: is.text, value: is.optional(VALUE) })),
  }),
} as const;

type Verb = keyof typeof BODIES;
type Body<V extends Verb> = (typeof BODIES)[V] extends Check<infer T> ? T : never;
type Work<V extends Verb> = (body: Body<V>, session: PanelSession) => unknown;

/**
 * What the panel may ask of the daemon. SECURITY: the session of each call is checked here, and not in the panel's
 * process, which may have been taken over: without one it gets counters and nothing else.
 */
export class Verbs {
  readonly #source: PanelSource;
  readonly #tickets: Tickets;

  constructor(source: PanelSource, tickets: Tickets) {
    this.#source = source;
    this.#tickets = tickets;
  }

  /** @throws DeniedError, and what the source throws */
  async call({ verb, sessions, body }: Call): Promise<unknown> {
    if (!Object.hasOwn(BODIES, verb)) throw new DeniedError('refused', `unknown verb ${verb}`);
    if (!BODIES[verb as Verb](body)) throw new DeniedError('refused', `${verb}: not the form of its body`);
    if (verb === 'counters') return this.#source.counters();
    if (verb === 'trade') return this.#trade(body as Body<'trade'>);
    if (verb === 'news') return this.#news(sessions, body as Body<'news'>);
    const session = this.#tickets.session(sessions[0] ?? '');
    if (!session) throw new DeniedError('login', 'The session of this page has ended.');
    const reading = this.#READING[verb];
    if (reading) return (reading as Work<Verb>)(body as Body<Verb>, session);
    if (session.role !== 'admin') throw new DeniedError('role', 'A viewer ticket changes nothing.');
    return (this.#CHANGING[verb] as Work<Verb>)(body as Body<Verb>, session);
  }

  readonly #READING: { [V in Verb]?: Work<V> } & Readonly<Record<string, unknown>> = {
    ticket: (_, session) => passOf(session),
    session: ({ id }) => this.#source.session(id),
    settings: () => this.#source.settings(),
    leave: (_, session) => this.#tickets.end(session),
  };

  readonly #CHANGING: { [V in Verb]?: Work<V> } & Readonly<Record<string, unknown>> = {
    kill: ({ id }, session) => {
      this.#source.kill(id);
      this.#source.used('kill', id, session);
    },
    unlock: async (body, session) => {
      const subject = 'subject' in body ? body.subject : undefined;
      await this.#source.unlock(subject);
      this.#source.used('unlock', subject ?? 'all', session);
    },
    reload: async (_, session) => {
      const changed = await this.#source.reload();
      this.#source.used('reload', changed.join(' '), session);
      return { changed };
    },
    set: async ({ changes }, session) => {
      await this.#source.set(changes);
      this.#source.used('set', changes.map(({ key }) => key).join(' '), session);
    },
  };

  #trade({ ticket }: Body<'trade'>): { secret: string; ticket: Ticket } {
    const traded = this.#tickets.trade(ticket);
    if (!traded) throw new DeniedError('login', 'This ticket was used before, or is older than a minute.');
    this.#source.used('open', traded.session.role, traded.session);
    return { secret: traded.secret, ticket: passOf(traded.session) };
  }

  /** Of the pages that are open; with those that may no longer see it. */
  async #news(sessions: readonly string[], body: Body<'news'>): Promise<{ ended: number[]; news?: News }> {
    const valid = sessions.map((secret) => this.#tickets.session(secret) !== undefined);
    const ended = valid.flatMap((isValid, index) => (isValid ? [] : [index]));
    return valid.includes(true) ? { ended, news: await this.#source.news(body) } : { ended };
  }
}

const passOf = ({ role, madeBy, until }: PanelSession): Ticket => ({ role, madeBy, until });
