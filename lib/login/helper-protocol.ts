import {
  type Checked,
  count,
  flag,
  integer,
  list,
  object,
  optional,
  type Shapes,
  text,
  texts,
} from '../base/index.ts';
import type { Machine } from './account-rules.ts';
import type { Identity } from './identity.ts';

/** What the daemon asks its login helper. */
export type Question = AskAccount | Authenticate | CloseSession;

/** Which account does a user have? */
export interface AskAccount {
  readonly say: 'account';
  readonly user: string;
  readonly domainNames: readonly string[];
}

/** Is it this user, with the secret that comes along? */
export interface Authenticate {
  readonly say: 'authenticate';
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
  readonly say: 'closeSession';
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

/** What a question must have. */
export const QUESTIONS: Shapes<Question> = {
  account: { user: text, domainNames: list(text) },
  authenticate: {
    service: text,
    user: text,
    address: text,
    vouched: flag,
    domainNames: list(text),
    wantsGroupNames: flag,
  },
  closeSession: { service: text, user: text, address: text, environment: texts },
};

/** What the answer to each must be. */
export const ANSWERS = {
  account: object<AccountFound>({ account: text }),
  authenticate: object<Authenticated>({
    identity: object<Identity>({
      user: text,
      uid: integer,
      gid: integer,
      groups: list(count),
      home: text,
      shell: text,
    }),
    groupNames: list(text),
    environment: texts,
    machine: object<Machine>({ listedShells: list(text), nologinFile: optional(text) }),
    sessions: flag,
  }),
  closeSession: object<object>({}),
};

export type AnswerTo<Q extends Question> = Checked<(typeof ANSWERS)[Q['say']]>;
