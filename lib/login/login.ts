import { setTimeout as delay } from 'node:timers/promises';
import type { Authenticator, Credentials, Verdict } from './authenticator.ts';
import type { Identity } from './identity.ts';

/** A login that was not accepted. `message` is the true cause, for the log; every peer reads the same line. */
export class LoginError extends Error {
  readonly code = 'REXEC_LOGIN_REFUSED';
}

/** The one way in: an authenticator behind one refusal, one least time, and a wipe. */
export class Login {
  readonly #authenticator: Authenticator;
  readonly #refusalMs: number;

  constructor(authenticator: Authenticator, refusalSeconds: number) {
    this.#authenticator = authenticator;
    this.#refusalMs = refusalSeconds * 1000;
  }

  /**
   * The local account of a peer who proved who it is (rexecd(8) step 6). Wipes the secret in every case.
   *
   * @param gone cuts the wait of a refusal short once nobody is left to read it
   * @throws LoginError after the least time, whatever the cause
   */
  async verify(credentials: Credentials, gone: AbortSignal): Promise<Identity> {
    const earliest = performance.now() + this.#refusalMs;
    const verdict = await this.#judge(credentials);
    if (verdict.accepted) return verdict.identity;
    const jitter = Math.random() * this.#refusalMs * 0.1; // hides what is left of the cause's own time
    await delay(Math.max(0, earliest - performance.now()) + jitter, undefined, { signal: gone }).catch(
      () => {},
    );
    throw new LoginError(verdict.cause);
  }

  async #judge(credentials: Credentials): Promise<Verdict> {
    try {
      return await this.#authenticator.authenticate(credentials);
    } catch (error) {
      return { accepted: false, cause: error instanceof Error ? error.message : String(error) };
    } finally {
      credentials.secret.fill(0);
    }
  }
}
