import { setTimeout as delay } from 'node:timers/promises';
import { Limiter, RexecError, reasonOf } from '../base/index.ts';
import type { Authenticator, Credentials, Grant, Verdict } from './authenticator.ts';
import type { LockedOut } from './subjects.ts';

/** A login that was not accepted. `message` is the true cause, for the log; every peer reads the same line. */
export class LoginError extends RexecError {
  override readonly code = 'REXEC_LOGIN_REFUSED';
}

/** Logins cannot be judged now. The peer is told to try again. */
export class LoginBusyError extends RexecError {
  override readonly code = 'REXEC_BUSY';
}

/** Counts failures, and says who is locked out. */
export interface LoginLockout {
  /** @throws LoginBusyError when it cannot tell, and must not guess */
  blocks(user: string, address: string): Promise<LockedOut | undefined> | LockedOut | undefined;
  failed(user: string, address: string): Promise<LockedOut[]>;
  succeeded(user: string, address: string): void;
}

/** How a login was judged. */
export interface LoginCheck {
  readonly result: 'accepted' | 'refused' | 'locked_out' | 'failed';
  /** How long it took, the wait for its turn included and that of a refusal not. */
  readonly ms: number;
}

export interface LoginOptions {
  /** The least time of a refusal, in seconds. */
  readonly refusalSeconds: number;
  readonly lockout: LoginLockout;
  /**
   * How many logins are checked at the same time. The others wait, and lockouts are checked when their turn comes: a
   * peer that guesses in parallel is locked out as soon as one that guesses one by one.
   */
  readonly loginThreads: number;
  /** Told of each lockout that begins. */
  readonly onLockout?: (lockedOut: LockedOut) => void;
}

/** The one way in: an authenticator behind one refusal, one least time, lockouts, and a wipe. */
export class Login {
  readonly #lockout: LoginLockout;
  readonly #authenticator: Authenticator;
  readonly #limiter: Limiter;
  readonly #refusalMs: number;
  readonly #onLockout: (lockedOut: LockedOut) => void;

  constructor(authenticator: Authenticator, options: LoginOptions) {
    this.#lockout = options.lockout;
    this.#authenticator = authenticator;
    this.#limiter = new Limiter(options.loginThreads);
    this.#refusalMs = options.refusalSeconds * 1000;
    this.#onLockout = options.onLockout ?? (() => {});
  }

  /**
   * What a peer may do who proved who it is (rexecd(8) step 6). Takes over the secret.
   *
   * @param gone cuts the wait of a refusal short once nobody is left to read it
   * @param onChecked called once it is judged, before the wait of a refusal
   * @throws LoginError after the least time, whatever the cause
   * @throws LoginBusyError after the least time
   */
  async verify(
    credentials: Credentials,
    gone: AbortSignal,
    onChecked: (check: LoginCheck) => void = () => {},
  ): Promise<Grant> {
    const begin = performance.now();
    const { result, verdict, busy } = await this.#limiter.run(() => this.#judge(credentials));
    const took = performance.now() - begin;
    onChecked({ result, ms: Math.round(took) });
    if (verdict.accepted) return verdict;
    await delay(this.#waitAfter(took), undefined, { signal: gone }).catch(() => {});
    throw busy ?? new LoginError(verdict.cause);
  }

  async #judge(credentials: Credentials): Promise<Judged> {
    const { user, address } = credentials;
    try {
      const account = (await this.#authenticator.accountOf?.(user)) ?? user;
      const lockedOut = await this.#lockout.blocks(account, address);
      if (lockedOut) {
        const cause = `${lockedOut.subject} is locked out for another ${lockedOut.seconds} s`;
        return refused('locked_out', cause);
      }
      const verdict = await this.#authenticator.authenticate(credentials);
      if (verdict.accepted) this.#lockout.succeeded(account, address);
      else for (const begun of await this.#lockout.failed(account, address)) this.#onLockout(begun);
      return { result: verdict.accepted ? 'accepted' : 'refused', verdict };
    } catch (error) {
      const judged = refused('failed', reasonOf(error));
      return error instanceof LoginBusyError ? { ...judged, busy: error } : judged;
    } finally {
      credentials.secret.wipe();
    }
  }

  /** To a whole number of least times, so that a cause that takes long on a busy machine is not told by it; and jitter. */
  #waitAfter(tookMs: number): number {
    if (this.#refusalMs === 0) return 0;
    const whole = Math.max(1, Math.ceil(tookMs / this.#refusalMs)) * this.#refusalMs;
    return whole - tookMs + Math.random() * this.#refusalMs * 0.1;
  }
}

interface Judged {
  readonly result: LoginCheck['result'];
  readonly verdict: Verdict;
  /** Thrown instead of a {@link LoginError}. */
  readonly busy?: LoginBusyError;
}

const refused = (result: LoginCheck['result'], cause: string): Judged => ({
  result,
  verdict: { accepted: false, cause },
});
