import { type Checked, is, type Messages } from '../../base/index.ts';
import type { Machine } from '../account-rules.ts';
import type { Identity } from '../identity.ts';

/** What the daemon asks its login helper. */
export const QUESTIONS = {
  /** Which account does a user have? */
  account: { user: is.text, domainNames: is.list(is.text) },
  /** Is it this user, with the secret that comes along? */
  authenticate: {
    service: is.text,
    user: is.text,
    address: is.text,
    /** Who it is was proven: PAM decides about the account alone. */
    vouched: is.flag,
    /** Names a user who is not local may have in the other name sources; none where only local users may log in. */
    domainNames: is.list(is.text),
    /** Names of groups are looked up one by one, so only where a rule asks for them. */
    wantsGroupNames: is.flag,
  },
  /** Closes a PAM session whose process has ended. */
  closeSession: { service: is.text, user: is.text, address: is.text, environment: is.texts },
};

export type Question = Messages<typeof QUESTIONS>;
export type Asked<S extends Question['say']> = Extract<Question, { say: S }>;

const IDENTITY = is.object<Identity>({
  user: is.text,
  uid: is.integer,
  gid: is.integer,
  groups: is.list(is.count),
  home: is.text,
  shell: is.text,
});

/** The answers; any question may be answered with a cause instead. */
export const ANSWERS = {
  /** Its own name; the user if there is none. */
  account: is.object({ account: is.text }),
  authenticate: is.object({
    identity: IDENTITY,
    groupNames: is.list(is.text),
    environment: is.texts,
    /** What the account rules need to know besides. */
    machine: is.object<Machine>({ listedShells: is.list(is.text), nologinFile: is.optional(is.text) }),
    /** The service asks for a session. */
    sessions: is.flag,
  }),
  closeSession: is.object({}),
};

export type AnswerTo<S extends Question['say']> = Checked<(typeof ANSWERS)[S]>;
