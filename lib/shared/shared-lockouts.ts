import { counted, reasonOf } from '../base/index.ts';
import {
  type KeptLock,
  type LockedOut,
  type Lockout,
  LoginBusyError,
  type LoginLockout,
  subjectsOf,
} from '../login/index.ts';
import type { Away } from './away.ts';
import type { Keys } from './keys.ts';
import { readRecords, restOf } from './records.ts';
import { CHANGES, END, KEEP, LOOK } from './scripts.ts';
import type { Store } from './store.ts';

const PREFIX = 'rexecd:lockout:';
const INDEX = 'rexecd:lockouts';
const MOST_LISTED = 10_000;
/** To read more at a time would keep logins waiting. */
const MOST_LEARNED = 1000;
/** Of a pair: it is proven again by each login. */
const PROOF_SECONDS = 90 * 24 * 3600;
/** Scripts that are sent before an answer is waited for. */
const AT_ONCE = 100;
/** Changes are asked for from a little before the last ones: two may be of the same millisecond. */
const OVERLAP_MS = 1000;

/**
 * Lockouts of several daemons. Each has its own, which hold while the server is away, and learns those of the others: at
 * each login those that concern it, and all that have changed every 10 seconds.
 */
export class SharedLockouts implements LoginLockout {
  away: Away = 'own';
  readonly #own: Lockout;
  readonly #store: Store;
  readonly #keys: Keys;
  readonly #unsent = new Set<string>(); // subjects of locks
  #seenAt = 0; // ms, by the server's clock

  constructor(own: Lockout, store: Store, keys: Keys) {
    this.#own = own;
    this.#store = store;
    this.#keys = keys;
  }

  async blocks(user: string, address: string): Promise<LockedOut | undefined> {
    if (this.#own.options.lockoutFailures === 0) return undefined;
    try {
      await this.#look(user, address);
    } catch (error) {
      if (this.away === 'refuse')
        throw new LoginBusyError(`${reasonOf(error)} (lockout.sharedLockoutsAway)`, { cause: error });
    }
    return this.#own.blocks(user, address);
  }

  async failed(user: string, address: string): Promise<LockedOut[]> {
    const begun = await this.#own.failed(user, address);
    for (const { subject } of begun) this.#keep(this.#own.lockOf(subject)).catch(() => {}); // see tell()
    return begun;
  }

  succeeded(user: string, address: string): void {
    if (this.#own.options.lockoutFailures === 0) return;
    this.#own.succeeded(user, address);
    const [[, pair]] = subjectsOf(user, address);
    this.#end(pair, { says: false, proves: true }).catch(() => {}); // it logs in again
  }

  /** Takes over what others have done lately, or since the last time: the newest. Rejects while the store is away. */
  async learn(all = false): Promise<void> {
    if (all) this.#seenAt = 0; // it may be another server, whose clock is behind
    const answer = await this.#store.eval(CHANGES, {
      keys: [INDEX],
      arguments: [String(this.#seenAt), String(MOST_LEARNED), PREFIX],
    });
    this.#take(answer);
    this.#seenAt = Math.max(0, Number((answer as [string])[0]) - OVERLAP_MS);
  }

  /** Tells others of the locks that last: all, or those that were not sent. Rejects while the store is away. */
  async tell(all: boolean): Promise<void> {
    const locks = all
      ? this.#own.kept().locks
      : [...this.#unsent].map((subject) => this.#own.lockOf(subject));
    this.#unsent.clear();
    await inParts(locks, (lock) => this.#keep(lock));
  }

  /**
   * Forgets the failures of a subject, or of all, for every daemon; the number of lockouts that ended.
   *
   * @throws Error if only those of this daemon did
   */
  async clear(subject?: string): Promise<number> {
    await this.learn().catch(() => {}); // see below
    const locked = new Set(this.#own.list().map((each) => each.subject));
    const subjects = subject === undefined ? [...this.#own.subjects] : [subject];
    const ended = this.#own.clear(subject);
    try {
      await inParts(subjects, (each) => this.#end(each, { says: locked.has(each), proves: false }));
    } catch (error) {
      throw new Error(`ended ${counted(ended, 'lockout')} here, none of other daemons: ${reasonOf(error)}`, {
        cause: error,
      });
    }
    return ended;
  }

  async #look(user: string, address: string): Promise<void> {
    const subjects = subjectsOf(user, address).map(([, subject]) => subject);
    const names = subjects.map((subject) => this.#keys.of(subject));
    const answer = await this.#store.eval(LOOK, {
      keys: [...names.map((name) => PREFIX + name), proofOf(names[0]!)],
      arguments: [],
    });
    const [, records] = answer as [string, unknown[]];
    if (records[subjects.length] !== null) this.#own.prove(subjects[0]!);
    this.#take(answer);
  }

  #take(answer: unknown): void {
    for (const said of readRecords(answer, this.#keys)) {
      if ('lock' in said) this.#own.adopt(said.lock);
      else this.#own.forget(said.ended.subject, said.ended.agoMs);
    }
  }

  async #keep(lock: KeptLock | undefined): Promise<void> {
    if (!lock || lock.left <= 0) return;
    const name = this.#keys.of(lock.subject);
    const age = Math.max(0, Math.round(lock.lasted * 1000 - lock.left));
    const keptFor = Math.ceil(lock.left) + this.#memoryMs;
    await this.#store
      .eval(KEEP, {
        keys: [PREFIX + name, INDEX],
        arguments: [name, age, Math.ceil(lock.left), restOf(lock, this.#keys), keptFor, MOST_LISTED].map(
          String,
        ),
      })
      .catch((error) => {
        if (this.#unsent.size < MOST_LISTED) this.#unsent.add(lock.subject);
        throw error;
      });
  }

  async #end(subject: string, { says, proves }: { says: boolean; proves: boolean }): Promise<void> {
    const name = this.#keys.of(subject);
    const rest = restOf({ subject, scope: 'pair', failures: 0, times: 0, lasted: 0, left: 0 }, this.#keys);
    await this.#store.eval(END, {
      keys: [PREFIX + name, INDEX, failuresKey(name), proofOf(name)],
      arguments: [name, rest, this.#memoryMs, Number(says), proves ? PROOF_SECONDS * 1000 : 0].map(String),
    });
  }

  /** For so long a lockout is remembered after its end: the next one lasts twice as long. */
  get #memoryMs(): number {
    return Math.ceil(this.#own.options.longestLockoutSeconds * 1000);
  }
}

/** Where failures of a name are counted. */
export const failuresKey = (name: string): string => `rexecd:failures:${name}`;
const proofOf = (name: string): string => `rexecd:proven:${name}`;

async function inParts<T>(all: readonly T[], send: (each: T) => Promise<void>): Promise<void> {
  for (let first = 0; first < all.length; first += AT_ONCE)
    await Promise.all(all.slice(first, first + AT_ONCE).map(send));
}
