import type { ExitStatus } from '../../codec/index.ts';
import { type Checked, is, type Messages } from '../base/index.ts';
import type { Identity } from '../login/index.ts';
import type { RunOptions } from '../run/index.ts';

/** Numbers that a host starts with and does not use. */
export const KEPT_DESCRIPTORS: readonly number[] = Array.from({ length: 12 }, (_, index) => 4 + index);

/** How a host becomes a user. */
export interface BecomeOptions {
  /** Time for modules of PAM. */
  readonly loginSeconds: number;
}

const IDENTITY = is.object<Identity>({
  user: is.text,
  uid: is.integer,
  gid: is.integer,
  groups: is.list(is.count),
  home: is.text,
  shell: is.either(is.text, is.oneOf(null)),
});

const OWNER = is.object({
  identity: IDENTITY,
  /** PAM service whose session is to be opened; none: no session. */
  service: is.optional(is.text),
});

/** Whose a host is. */
export type Owner = Checked<typeof OWNER>;

const OPENED = is.object({
  environment: is.texts,
  /** Limits for commands, which are not those of the process. */
  limits: is.texts,
  /** Limits that the process has itself, and its commands from it. */
  ownLimits: is.texts,
  umask: is.count,
  niceness: is.integer,
  /** As in /proc; empty if the system has none. */
  loginUid: is.text,
});

/** What a PAM session gave the process that opened it. */
export type Opened = Checked<typeof OPENED>;

/** What rexecd asks a host. */
export const QUESTIONS = {
  /** `opened` by another process, a PAM session is taken over instead of opening one. */
  become: { owner: OWNER, address: is.text, opened: is.optional(OPENED) },
  bytes: { id: is.text },
};

export type Question = Messages<typeof QUESTIONS>;

/** SECURITY: a host belongs to its user, who may have taken it over. */
export const ANSWERS = {
  /** `spoilt`: it cannot live under the limits that it got, and becomes no user; another one is to take the session over. */
  become: is.object({ opened: OPENED, spoilt: is.flag }),
  /** Bytes from and to the peer of a session. */
  bytes: is.object({ received: is.count, sent: is.count }),
};

export type Became = Checked<typeof ANSWERS.become>;
export type Bytes = Checked<typeof ANSWERS.bytes>;

const OPTIONS = is.object<RunOptions>({
  profile: is.flag,
  requireHome: is.flag,
  killSeconds: is.quantity,
  drainSeconds: is.quantity,
  idleSeconds: is.quantity,
});

/** From rexecd to a host. `stderrSocket` and `run` come with a connection. */
export const ORDERS = {
  stderrSocket: { id: is.text },
  /** What a run needs besides its connections. Bytes are in base64. */
  run: {
    id: is.text,
    environment: is.texts,
    command: is.text,
    early: is.text,
    address: is.text,
    options: OPTIONS,
    /** `none`, or the kind of the second connection, which came before this order. */
    channel: is.oneOf('none', 'stderr', 'signals'),
  },
  hangUp: { id: is.text },
  gone: { id: is.text },
  /** Kills a process group of the user, whose host had to be killed. */
  endGroup: { pid: is.count },
};

export type Order = Messages<typeof ORDERS>;

const STATUS = is.either(
  is.object<Extract<ExitStatus, { type: 'exited' }>>({ type: is.oneOf('exited'), code: is.count }),
  is.object<Extract<ExitStatus, { type: 'signaled' }>>({ type: is.oneOf('signaled'), signal: is.text }),
);

/** From a host to rexecd, each about a session. */
export const REPORTS = {
  /** Its connections have arrived; nothing was done about it before. */
  taken: { id: is.text },
  started: { id: is.text, pid: is.count, directory: is.text, homeProblem: is.optional(is.text) },
  signaled: { id: is.text, signal: is.count },
  idle: { id: is.text },
  over: { id: is.text },
  stuck: { id: is.text, pid: is.count },
  ended: { id: is.text, status: STATUS },
  failed: { id: is.text, code: is.text, cause: is.text },
};

export type Report = Messages<typeof REPORTS>;
