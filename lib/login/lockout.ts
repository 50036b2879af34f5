import { Bounded } from './bounded.ts';
import { type Failures, ownFailures, WINDOW_SECONDS } from './failures.ts';
import type { KeptLock, Lockouts } from './kept-lockouts.ts';
import { type LockedOut, SCOPES, type Scope, subjectsOf } from './subjects.ts';

/** Times are in seconds. */
export interface LockoutOptions {
  /** Failures of one user from one address that lock the two out; 0 locks nobody out. */
  readonly lockoutFailures: number;
  readonly lockoutSeconds: number;
  readonly longestLockoutSeconds: number;
}

/** Anyone who knows a user's name can lock that user out, so this one stays short. */
const LONGEST_USER_LOCKOUT_SECONDS = 300;

/** Clocks of two daemons, and what their messages take: a lock that ends so much later is the same one. */
const SAME_MS = 100;
const MOST_KEPT = 10_000; // locks, and failures: to find them takes time, in which no login is checked

interface Counted {
  failures: number;
  until: number; // ms of the monotonic clock
}
interface Lock extends Counted {
  scope: Scope;
  times: number;
  lasted: number; // seconds
}

/**
 * Slows down guessing: failures are counted for each pair of user and address, for each user and for each address (an
 * IPv6 /64). Each further lockout of a subject lasts twice as long. A success ends the counting of its own
 * pair, and from then on the pair is not stopped by what others do to the user's name.
 *
 * `user` is the account's own name: an account that has several spellings is one user.
 */
export class Lockout {
  /** May change at any time; lockouts that have begun stay. */
  options: LockoutOptions;
  /** Called after each change of what {@link kept} gives. */
  onChange: () => void = () => {};
  readonly #now: () => number;
  /** Counts by itself; {@link failures} may be shared. */
  readonly own = ownFailures();
  /** What counts. */
  failures: Failures = this.own;
  readonly #counted = new Bounded<Counted>((subject) => this.#forget(subject));
  readonly #locks = new Bounded<Lock>();
  readonly #proven = new Bounded<true>();

  constructor(options: LockoutOptions, now: () => number = () => performance.now()) {
    this.options = options;
    this.#now = now;
  }

  /** The first subject of a login that is locked out. */
  blocks(user: string, address: string): LockedOut | undefined {
    if (this.options.lockoutFailures === 0) return undefined;
    const subjects = subjectsOf(user, address);
    const proven = this.#proven.has(subjects[0][1]);
    for (const [scope, subject] of subjects) {
      const lock = scope === 'user' && proven ? undefined : this.#locks.get(subject);
      if (lock && lock.until > this.#now()) return this.#shown(subject, lock);
    }
    return undefined;
  }

  /** Counts a failure; the lockouts that it begins. */
  async failed(user: string, address: string): Promise<LockedOut[]> {
    if (this.options.lockoutFailures === 0) return [];
    const begun: LockedOut[] = [];
    const subjects = subjectsOf(user, address);
    const counts = await Promise.all(subjects.map(([, subject]) => this.failures.penalty(subject)));
    for (const [index, [scope, subject]] of subjects.entries()) {
      const { consumedPoints: failures, msBeforeNext } = counts[index]!;
      this.#counted.set(subject, { failures, until: this.#now() + msBeforeNext });
      const earlier = this.#recentLock(subject);
      if (earlier && earlier.until > this.#now()) continue; // this login began before the lockout did
      if (!earlier && failures < this.options.lockoutFailures * SCOPES[scope]) continue;
      begun.push(this.#lock(scope, subject, failures, earlier));
    }
    this.onChange();
    return begun;
  }

  /**
   * SECURITY: ends the counting of this user from this address and nothing else: an attacker who has an account would
   * clear the count of an address with it.
   */
  succeeded(user: string, address: string): void {
    if (this.options.lockoutFailures === 0) return;
    const [[, pair]] = subjectsOf(user, address);
    const isNew = !this.#proven.has(pair);
    this.#proven.set(pair, true); // again: it is the newest now
    if (this.#drop(pair) || isNew) this.onChange();
  }

  /** Who is locked out now. */
  list(): LockedOut[] {
    return [...this.#locks.entries()]
      .filter(([, { until }]) => until > this.#now())
      .map(([subject, lock]) => this.#shown(subject, lock));
  }

  /** Those that have failed or are locked out. */
  get subjects(): ReadonlySet<string> {
    return new Set([...this.#counted.keys(), ...this.#locks.keys()]);
  }

  /** Forgets the failures of a subject, or of all; the number of lockouts that ended. */
  clear(subject?: string): number {
    const ended = this.list().filter((each) => subject === undefined || each.subject === subject).length;
    for (const each of subject === undefined ? this.subjects : [subject]) this.#drop(each);
    this.onChange();
    return ended;
  }

  /** What {@link restore} takes: the newest. */
  kept(): Lockouts {
    return {
      locks: newestOf(this.#locks).flatMap(([subject]) => this.lockOf(subject) ?? []),
      counted: newestOf(this.#counted)
        .map(([subject, { failures, until }]) => ({ subject, failures, left: this.#leftOf(until) }))
        .filter(({ left }) => left > 0),
      proven: [...this.#proven.keys()],
    };
  }

  /** Takes back what was kept that long ago. Nothing ends later than it would have, whatever was kept. */
  restore({ locks, counted, proven }: Lockouts, passedMs: number): void {
    for (const { subject, left, ...lock } of locks) {
      const until = this.#now() + Math.min(left, lock.lasted * 1000) - passedMs;
      this.#locks.set(subject, { ...lock, until });
    }
    for (const { subject, failures, left } of counted) {
      const rest = Math.min(left, WINDOW_SECONDS * 1000) - passedMs;
      if (rest <= 0) continue;
      this.#counted.set(subject, { failures, until: this.#now() + rest });
      this.own.set(subject, failures, rest / 1000).catch(() => {}); // see below
    }
    for (const pair of proven) this.#proven.set(pair, true);
  }

  /** The lock of a subject that is locked out, or was not long ago. */
  lockOf(subject: string): KeptLock | undefined {
    const found = this.#recentLock(subject);
    if (!found) return undefined;
    const { until, ...lock } = found;
    return { subject, ...lock, left: this.#leftOf(until) };
  }

  /** Takes a lock over that another daemon has made: nobody gets in earlier by it. */
  adopt({ subject, left, ...lock }: KeptLock): void {
    const lasted = Math.min(lock.lasted, this.options.longestLockoutSeconds);
    const until = this.#now() + Math.min(left, lasted * 1000);
    if ((this.#locks.get(subject)?.until ?? Number.NEGATIVE_INFINITY) > until - SAME_MS) return;
    this.#locks.set(subject, { ...lock, lasted, until });
    this.onChange();
  }

  /** Another daemon ended the lockout of a subject so long ago: what began before that has ended. */
  forget(subject: string, agoMs: number): void {
    const at = this.#now() - agoMs;
    const [lock, counted] = [this.#locks.get(subject), this.#counted.get(subject)];
    const lockedAt = lock ? lock.until - lock.lasted * 1000 : at;
    const countedFrom = counted ? counted.until - WINDOW_SECONDS * 1000 : at;
    if (lockedAt <= at && Math.min(lockedAt, countedFrom) < at && this.#drop(subject)) this.onChange();
  }

  /** A pair has logged in, to another daemon. */
  prove(pair: string): void {
    this.#proven.set(pair, true);
  }

  /** False if there was nothing to forget. */
  #drop(subject: string): boolean {
    this.#forget(subject);
    const wasCounted = this.#counted.delete(subject);
    return this.#locks.delete(subject) || wasCounted;
  }

  #leftOf(until: number): number {
    return Math.ceil(until - this.#now());
  }

  #forget(subject: string): void {
    this.own.delete(subject).catch(() => {}); // it is kept in memory: nothing can fail
  }

  #lock(scope: Scope, subject: string, failures: number, earlier: Lock | undefined): LockedOut {
    const { lockoutSeconds, longestLockoutSeconds } = this.options;
    const longest =
      scope === 'user'
        ? Math.min(LONGEST_USER_LOCKOUT_SECONDS, longestLockoutSeconds)
        : longestLockoutSeconds;
    const lasted = Math.min(earlier ? earlier.lasted * 2 : lockoutSeconds, longest);
    const times = (earlier?.times ?? 0) + 1;
    const lock = { scope, failures, times, lasted, until: this.#now() + lasted * 1000 };
    this.#locks.set(subject, lock);
    return this.#shown(subject, lock);
  }

  /** A subject that stayed away for the longest lockout starts again with none. */
  #recentLock(subject: string): Lock | undefined {
    const lock = this.#locks.get(subject);
    const oldest = this.#now() - this.options.longestLockoutSeconds * 1000;
    return lock && lock.until > oldest ? lock : undefined;
  }

  #shown(subject: string, { scope, failures, times, until }: Lock): LockedOut {
    const seconds = Math.ceil((until - this.#now()) / 1000);
    return { subject, failures, seconds, scope, times };
  }
}

const newestOf = <V>(map: ReadonlyMap<string, V>): (readonly [string, V])[] => [...map].slice(-MOST_KEPT);
