import type { ProcessTraits } from '../native/index.ts';
import type { Machine } from './account-rules.ts';
import type { Identity } from './identity.ts';

/** What the daemon asks its login helper. */
export type Question = AskAccount | Authenticate | OpenSession | CloseSession;

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

/** Opens a PAM session for a user who was authenticated. */
export interface OpenSession {
  readonly ask: 'openSession';
  readonly service: string;
  readonly user: string;
  readonly address: string;
}

export interface CloseSession {
  readonly ask: 'closeSession';
  readonly session: string;
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

export interface SessionOpened {
  /** Means nothing to another helper, one that came after a crash. Empty: this one can open no more, ask another. */
  readonly session: string;
  readonly environment: Readonly<Record<string, string>>;
  /** What commands of this session start with; of the limits, those that are not the daemon's own. */
  readonly traits: ProcessTraits;
  /** The helper could not become what it was before, so it must open no other session. */
  readonly spoilt: boolean;
}

export type Answer<Q extends Question> = Q extends AskAccount
  ? AccountFound
  : Q extends Authenticate
    ? Authenticated
    : Q extends OpenSession
      ? SessionOpened
      : Record<never, never>;
