import type { Secret } from '../base/index.ts';
import type { ClientCertificate } from './certificates/users.ts';
import type { Identity } from './identity.ts';

/** What a peer claims, and the address it comes from. */
export interface Credentials {
  /**
   * UTF-8 as text. Of other bytes each one that is not part of it is a lone surrogate, U+DC00 plus the byte, so that no
   * two names are the same string.
   */
  readonly user: string;
  readonly secret: Secret;
  readonly address: string;
  /** What a peer that came by TLS has shown and was verified; null where it has none. */
  readonly certificate?: ClientCertificate | null;
  /** A certificate proved who the peer is: only the account is checked, not the secret. */
  readonly vouched?: boolean;
}

/** A login that was accepted: what a command of it runs as and with. */
export interface Grant {
  readonly identity: Identity;
  /** What the account's environment has besides what every login sets. */
  readonly environment?: Readonly<Record<string, string>>;
  /** A PAM session is to be opened by the process that is going to be the user. */
  readonly session?: LoginSession;
  /** On Windows: handle of the token that its command is started with; without it, as the account of this process. */
  readonly token?: number;
  /** Gives up what is open for it. To be called once, when nothing of it runs. */
  end?(): Promise<void>;
}

/** A PAM session of an account. */
export interface LoginSession {
  readonly service: string;
  /** To be called when the process that opened it has ended, with the environment that the session gave. */
  close(environment: Readonly<Record<string, string>>): Promise<void>;
}

/** Either the grant, or why not: the cause is for the log, never for the peer. */
export type Verdict =
  | ({ readonly accepted: true } & Grant)
  | { readonly accepted: false; readonly cause: string };

/**
 * Decides who may log in. It takes about the same time for an unknown user as for a wrong password, and throws when it
 * cannot tell.
 */
export interface Authenticator {
  authenticate(credentials: Credentials): Promise<Verdict>;
  /**
   * The account's own name, of a user who may be spelled in other ways as well; the user itself if it has no account. It
   * throws when it cannot tell.
   */
  accountOf?(user: string): Promise<string>;
  /** No more questions. Resolves when nothing of it is left. */
  end?(): Promise<void>;
}
