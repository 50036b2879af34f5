import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A viewer reads; an administrator changes as well. */
export type Role = 'viewer' | 'admin';

/** Whose a ticket or a session is. */
export interface Pass {
  readonly role: Role;
  /** The user who asked for the ticket. */
  readonly madeBy: string;
}

/** A session of the panel as it is kept: its secret by hash. Times are milliseconds since 1970. */
export interface PanelSession extends Pass {
  readonly hash: string;
  readonly until: number;
}

/** Seconds in which a ticket must be used, and for which its session is good. */
export const TICKET_SECONDS = 60;
export const SESSION_SECONDS = 8 * 3600;

const SECRET_BYTES = 32;
const MOST = 64; // of each; the oldest ends

/**
 * Tickets of the panel, and the sessions that they are traded for. A ticket is good once, for a minute. Only hashes are
 * kept: they are of 256 random bits each, and are compared in constant time.
 */
export class Tickets {
  readonly #now: () => number;
  readonly #changed: (sessions: readonly PanelSession[]) => void;
  #tickets: PanelSession[] = [];
  #sessions: PanelSession[];

  /** @param changed called with the sessions to keep for the next start */
  constructor(
    kept: readonly PanelSession[] = [],
    changed: (sessions: readonly PanelSession[]) => void = () => {},
    now: () => number = Date.now,
  ) {
    this.#now = now;
    this.#changed = changed;
    this.#sessions = [...kept];
  }

  /** @returns the ticket, which is nowhere else */
  mint(pass: Pass): string {
    const [ticket, entry] = this.#make(pass, TICKET_SECONDS);
    this.#tickets = [...this.#valid(this.#tickets), entry].slice(-MOST);
    return ticket;
  }

  /** @returns undefined if the ticket is unknown, used or too old */
  trade(ticket: string): { readonly secret: string; readonly session: PanelSession } | undefined {
    const found = this.#find(this.#tickets, ticket);
    if (!found) return undefined;
    this.#tickets = this.#tickets.filter((each) => each !== found);
    const [secret, session] = this.#make(found, SESSION_SECONDS);
    this.#keep([...this.#valid(this.#sessions), session].slice(-MOST));
    return { secret, session };
  }

  /** @returns undefined if it has ended, or never was */
  session(secret: string): PanelSession | undefined {
    return this.#find(this.#sessions, secret);
  }

  end(session: PanelSession): void {
    this.#keep(this.#sessions.filter((each) => each !== session));
  }

  #keep(sessions: PanelSession[]): void {
    this.#sessions = sessions;
    this.#changed(sessions);
  }

  #make({ role, madeBy }: Pass, seconds: number): [secret: string, entry: PanelSession] {
    const secret = randomBytes(SECRET_BYTES).toString('base64url');
    return [secret, { role, madeBy, hash: hashOf(secret), until: this.#now() + seconds * 1000 }];
  }

  #valid(entries: readonly PanelSession[]): PanelSession[] {
    return entries.filter(({ until }) => until > this.#now());
  }

  #find(entries: readonly PanelSession[], secret: string): PanelSession | undefined {
    const wanted = Buffer.from(hashOf(secret));
    return this.#valid(entries).find(({ hash }) => {
      const known = Buffer.from(hash);
      return known.length === wanted.length && timingSafeEqual(known, wanted);
    });
  }
}

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url');
