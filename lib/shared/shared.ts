import type { Events } from '../events/index.ts';
import { type Failures, type Lockout, sharedFailures } from '../login/index.ts';
import type { Away } from './away.ts';
import { Ceiling } from './ceiling.ts';
import { findClient, type StoreAddress } from './client.ts';
import { Keys } from './keys.ts';
import { failuresKey, SharedLockouts } from './shared-lockouts.ts';
import { Store } from './store.ts';

/** What daemons with the same server share. */
export class Shared {
  readonly lockouts: SharedLockouts;
  readonly #ceiling: Ceiling;
  readonly #store: Store;
  readonly #own: Lockout;
  readonly #failures: Failures;

  private constructor(store: Store, own: Lockout, keys: Keys, failures: Failures) {
    this.#store = store;
    this.#own = own;
    this.#failures = failures;
    this.lockouts = new SharedLockouts(own, store, keys);
    this.#ceiling = new Ceiling(store);
    store.onBeat = async (isBack) => {
      await this.lockouts.learn(isBack); // first: what was ended meanwhile is not told again
      await this.lockouts.tell(isBack);
      await this.#ceiling.renew();
    };
  }

  /**
   * What is shared from {@link begin} on.
   *
   * @throws StoreClientMissingError
   */
  static async with(address: StoreAddress, own: Lockout, events: Events): Promise<Shared> {
    await findClient();
    const [store, keys] = [new Store(address, events), new Keys(address.password)];
    const failures = await sharedFailures(own.own, store, (subject) => failuresKey(keys.of(subject)));
    return new Shared(store, own, keys, failures);
  }

  /** Whether the server is there. */
  get isUp(): boolean {
    return this.#store.isUp;
  }

  /** Whether the settings have every login and connection refused that would ask it now. */
  get isRefusing(): boolean {
    return this.lockouts.away === 'refuse' && !this.#store.isReady;
  }

  /** Undefined if there is no limit. */
  get ceiling(): Pick<Ceiling, 'enter'> | undefined {
    return this.#ceiling.limit === 0 ? undefined : this.#ceiling;
  }

  /** Connects in the background. */
  begin(): void {
    this.#own.failures = this.#failures;
    this.#store.begin();
  }

  /** For logins and connections from now on. */
  set(away: Away, mostConnections: number): void {
    this.lockouts.away = away;
    this.#ceiling.away = away;
    this.#ceiling.limit = mostConnections;
  }

  /** Nothing is shared from now on. */
  end(): void {
    this.#own.failures = this.#own.own;
    this.#store.end();
  }
}
