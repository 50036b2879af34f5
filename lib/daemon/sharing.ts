import { codeOf, RexecError, reasonOf } from '../base/index.ts';
import type { Events } from '../events/index.ts';
import { readTrusted, SECRET } from '../files/index.ts';
import type { LockedOut, Lockout, LoginLockout } from '../login/index.ts';
import { keyOf, parseStoreUrl, type Settings } from '../settings/index.ts';
import type { Shared } from '../shared/index.ts';

/** It is all that keeps others from trying names until their keys match. */
const SHORTEST_PASSWORD = 16;

/** A setting of what is shared, or its file, that does not do; the message names the setting. */
export class SharingError extends RexecError {
  override readonly code = 'REXEC_SHARING';
}

/** The password for the server; undefined if nothing is shared. @throws SharingError */
export async function readSharedPassword(settings: Settings): Promise<string | undefined> {
  const { sharedLockouts, sharedLockoutsPassword: path, maxSharedConnections } = settings;
  const [key, file] = [keyOf('sharedLockouts'), keyOf('sharedLockoutsPassword')];
  if (sharedLockouts === '') {
    if (maxSharedConnections === 0) return undefined;
    throw new SharingError(`${keyOf('maxSharedConnections')} is set, but ${key} is not`);
  }
  if (path === '') throw new SharingError(`${file} is not set, but ${key} is`);
  const bytes = await readTrusted(path, { ...SECRET, what: file }).catch((cause) => {
    const reason = reasonOf(cause); // ours names the setting
    throw new SharingError(codeOf(cause) === '' ? reason : `${file}: ${reason}`, { cause });
  });
  const password = bytes.toString().replace(/\r?\n$/, '');
  if (password.length < SHORTEST_PASSWORD)
    throw new SharingError(`${file} ${path}: the password has fewer than ${SHORTEST_PASSWORD} characters`);
  return password;
}

/** The lockouts of this daemon, and of others if the settings say so. Nothing that shares is loaded unless they do. */
export class Sharing implements LoginLockout {
  readonly #own: Lockout;
  readonly #events: Events;
  #shared: Shared | undefined;
  #by = ''; // server and password

  constructor(own: Lockout, events: Events) {
    this.#own = own;
    this.#events = events;
  }

  /** Whether the server is there; undefined if nothing is shared. */
  get isUp(): boolean | undefined {
    return this.#shared?.isUp;
  }

  /** Whether nobody can be let in, because the server does not answer in time. */
  get isRefusing(): boolean {
    return this.#shared?.isRefusing ?? false;
  }

  /** How many connections all daemons may have; undefined: no limit. */
  get ceiling(): Shared['ceiling'] {
    return this.#shared?.ceiling;
  }

  /** @returns takes the settings. @throws SharingError, or StoreClientMissingError */
  async prepare(settings: Settings): Promise<() => void> {
    const { sharedLockouts, sharedLockoutsAway, maxSharedConnections } = settings;
    const password = await readSharedPassword(settings);
    const by = password === undefined ? '' : JSON.stringify([sharedLockouts, password]);
    const next = by === this.#by ? this.#shared : await this.#open(sharedLockouts, password);
    return () => {
      next?.set(sharedLockoutsAway, maxSharedConnections);
      if (next === this.#shared) return;
      this.#shared?.end();
      this.#shared = next;
      this.#by = by;
      next?.begin();
    };
  }

  blocks(user: string, address: string): ReturnType<LoginLockout['blocks']> {
    return this.#lockouts.blocks(user, address);
  }

  failed(user: string, address: string): Promise<LockedOut[]> {
    return this.#lockouts.failed(user, address);
  }

  succeeded(user: string, address: string): void {
    this.#lockouts.succeeded(user, address);
  }

  /** Who is locked out now, by any daemon that is heard of. */
  async list(): Promise<LockedOut[]> {
    await this.#shared?.lockouts.learn().catch(() => {}); // what is known holds
    return this.#own.list();
  }

  /** Forgets the failures of a subject, or of all, everywhere. @throws Error if it was done here alone */
  async clear(subject?: string): Promise<number> {
    return (this.#shared?.lockouts ?? this.#own).clear(subject);
  }

  end(): void {
    this.#shared?.end();
    this.#shared = undefined;
    this.#by = '';
  }

  get #lockouts(): LoginLockout {
    return this.#shared?.lockouts ?? this.#own;
  }

  async #open(url: string, password: string | undefined): Promise<Shared | undefined> {
    if (password === undefined) return undefined;
    const { Shared } = await import('../shared/index.ts');
    return Shared.with({ ...parseStoreUrl(url)!, password }, this.#own, this.#events);
  }
}
