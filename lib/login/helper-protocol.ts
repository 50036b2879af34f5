import type { Machine } from './account-rules.ts';
import type { Identity } from './identity.ts';

/** The id of what the helper says when it takes questions, which have ids from 1. */
export const READY = 0;

/** What the daemon asks its login helper. */
export type Question = AskAccount | Authenticate | CloseSession;

/** Which account does a user have? */
export interface AskAccount extends Pick<Authenticate, 'user' | 'domainNames'> {
  readonly ask: 'account';
}

/** Is it this user, with the secret that comes along? */
export interface Authenticate {
  readonly ask: 'authenticate';
  readonly service: string;
  readonly user: string;
  readonly address: string;
  /** Who it is was proven: PAM decides about the account alone. */
  readonly vouched: boolean;
  /** Names a user who is not local may have in the other name sources; none where only local users may log in. */
  readonly domainNames: readonly string[];
  /** Names of groups are looked up one by one, so only where a rule asks for them. */
  readonly wantsGroupNames: boolean;
}

/** Closes a PAM session whose process has ended. */
export interface CloseSession {
  readonly ask: 'closeSession';
  readonly service: string;
  readonly user: string;
  readonly address: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface AccountFound {
  /** Its own name; the user if there is none. */
  readonly account: string;
}

/** Answers; any question may be answered with a cause instead. */
export interface Authenticated {
  readonly identity: Identity;
  readonly groupNames: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** What the account rules need to know besides. */
  readonly machine: Machine;
  /** The service asks for a session. */
  readonly sessions: boolean;
}

export type Answer<Q extends Question> = Q extends AskAccount
  ? AccountFound
  : Q extends Authenticate
    ? Authenticated
    : Record<never, never>;
