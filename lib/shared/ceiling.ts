import { randomBytes } from 'node:crypto';
import { RexecError, reasonOf } from '../base/index.ts';
import type { Away } from './away.ts';
import { ENTER, LEAVE, RENEW } from './scripts.ts';
import type { Store } from './store.ts';

const PLACES = 'rexecd:places';
/** The places of a daemon that has died are free after that. */
const LEASE_MS = 30_000;
const AT_ONCE = 500; // leases of a script

/** No place is left, or nobody can tell. The peer is told to try again. */
export class CeilingError extends RexecError {
  override readonly code = 'REXEC_BUSY';
}

/** How many connections all daemons may have. A place is leased, and the lease renewed; one that is lost ends no connection. */
export class Ceiling {
  /** 0: no limit. */
  limit = 0;
  away: Away = 'own';
  readonly #store: Store;
  readonly #daemon = randomBytes(9).toString('base64url');
  readonly #held = new Set<string>();
  #count = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Takes a place.
   *
   * @returns gives it back
   * @throws CeilingError
   */
  async enter(): Promise<() => void> {
    this.#count += 1;
    const lease = `${this.#daemon}:${this.#count}`;
    if (!(await this.#isFree(lease)))
      throw new CeilingError(
        `all ${this.limit} connections of all daemons are in use (limits.maxSharedConnections)`,
      );
    this.#held.add(lease);
    return () => {
      this.#held.delete(lease);
      this.#store.eval(LEAVE, { keys: [PLACES], arguments: [lease] }).catch(() => {}); // it ends by itself
    };
  }

  /** Leases the places that are held for another while. Rejects while the store is away. */
  async renew(): Promise<void> {
    const held = [...this.#held];
    for (let first = 0; first < held.length; first += AT_ONCE)
      await this.#store.eval(RENEW, {
        keys: [PLACES],
        arguments: [String(LEASE_MS), ...held.slice(first, first + AT_ONCE)],
      });
  }

  async #isFree(lease: string): Promise<boolean> {
    try {
      const asked = [String(this.limit), String(LEASE_MS), lease];
      return (await this.#store.eval(ENTER, { keys: [PLACES], arguments: asked })) !== 0;
    } catch (error) {
      if (this.away === 'own') return true; // it is leased when the store is back
      throw new CeilingError(`${reasonOf(error)} (lockout.sharedLockoutsAway)`, { cause: error });
    }
  }
}
