import type { ExitStatus } from '../../codec/index.ts';
import {
  count,
  either,
  flag,
  integer,
  list,
  object,
  oneOf,
  optional,
  quantity,
  type Shapes,
  text,
  texts,
} from '../base/index.ts';
import type { Environment } from '../launch/index.ts';
import type { Identity } from '../login/index.ts';
import type { Limits } from '../native/index.ts';
import type { RunOptions } from '../run/index.ts';

/** Numbers that a host starts with and does not use. */
export const KEPT_DESCRIPTORS: readonly number[] = Array.from({ length: 12 }, (_, index) => 4 + index);

/** Whose a host is. */
export interface Owner {
  readonly identity: Identity;
  /** PAM service whose session is to be opened; none: no session. */
  readonly service: string | undefined;
}

/** What a PAM session gave. */
export interface Became {
  readonly opened: Opened;
  /** The host cannot live under the limits that it got, and becomes no user: another one is to take the session over. */
  readonly spoilt: boolean;
}

/** Bytes from and to the peer of a session. */
export interface Bytes {
  readonly received: number;
  readonly sent: number;
}

/** How a host becomes a user. */
export interface BecomeOptions {
  /** Time for modules of PAM. */
  readonly loginSeconds: number;
}

/** What a PAM session gave the process that opened it. */
export interface Opened {
  readonly environment: Environment;
  /** Limits for commands, which are not those of the process. */
  readonly limits: Limits;
  /** Limits that the process has itself, and its commands from it. */
  readonly ownLimits: Limits;
  readonly umask: number;
  readonly niceness: number;
  /** As in /proc; empty if the system has none. */
  readonly loginUid: string;
}

/** What a run needs besides its connections. Bytes are in base64. */
export interface RunOrder {
  readonly id: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly command: string;
  readonly early: string;
  readonly address: string;
  readonly options: RunOptions;
  /** `none`, or the kind of the second connection, which came before this order. */
  readonly channel: 'none' | 'stderr' | 'signals';
}

/** What rexecd asks a host. */
export type Question =
  | {
      readonly say: 'become';
      readonly owner: Owner;
      readonly address: string;
      /** The PAM session that another process opened, to be taken over instead of opening one. */
      readonly opened?: Opened | undefined;
    }
  | { readonly say: 'bytes'; readonly id: string };

/** From rexecd to a host. `stderrSocket` and `run` come with a connection. */
export type Order =
  | { readonly say: 'stderrSocket'; readonly id: string }
  | ({ readonly say: 'run' } & RunOrder)
  | { readonly say: 'hangUp' | 'gone'; readonly id: string }
  /** Kills a process group of the user, whose host had to be killed. */
  | { readonly say: 'endGroup'; readonly pid: number };

/** From a host to rexecd. Every session has an `id`. */
export type Report =
  | {
      readonly say: 'started';
      readonly id: string;
      readonly pid: number;
      readonly directory: string;
      readonly homeProblem?: string | undefined;
    }
  | { readonly say: 'signaled'; readonly id: string; readonly signal: number }
  | { readonly say: 'idle' | 'over'; readonly id: string }
  | { readonly say: 'stuck'; readonly id: string; readonly pid: number }
  | { readonly say: 'ended'; readonly id: string; readonly status: ExitStatus }
  | { readonly say: 'failed'; readonly id: string; readonly code: string; readonly cause: string };

const OPENED = object<Opened>({
  environment: texts,
  limits: texts,
  ownLimits: texts,
  umask: count,
  niceness: integer,
  loginUid: text,
});

const IDENTITY = object<Identity>({
  user: text,
  uid: integer,
  gid: integer,
  groups: list(count),
  home: text,
  shell: either(text, oneOf(null)),
});

export const QUESTIONS: Shapes<Question> = {
  become: {
    owner: object<Owner>({ identity: IDENTITY, service: optional(text) }),
    address: text,
    opened: optional(OPENED),
  },
  bytes: { id: text },
};

/** What the answers are. SECURITY: a host belongs to its user, who may have taken it over. */
export const ANSWERS = {
  become: object<Became>({ opened: OPENED, spoilt: flag }),
  bytes: object<Bytes>({ received: count, sent: count }),
};

export const ORDERS: Shapes<Order> = {
  stderrSocket: { id: text },
  run: {
    id: text,
    environment: texts,
    command: text,
    early: text,
    address: text,
    options: object<RunOptions>({
      profile: flag,
      requireHome: flag,
      killSeconds: quantity,
      drainSeconds: quantity,
      idleSeconds: quantity,
    }),
    channel: oneOf('none', 'stderr', 'signals'),
  },
  hangUp: { id: text },
  gone: { id: text },
  endGroup: { pid: count },
};

export const REPORTS: Shapes<Report> = {
  started: { id: text, pid: count, directory: text, homeProblem: optional(text) },
  signaled: { id: text, signal: count },
  idle: { id: text },
  over: { id: text },
  stuck: { id: text, pid: count },
  ended: {
    id: text,
    status: either(
      object<Extract<ExitStatus, { type: 'exited' }>>({ type: oneOf('exited'), code: count }),
      object<Extract<ExitStatus, { type: 'signaled' }>>({ type: oneOf('signaled'), signal: text }),
    ),
  },
  failed: { id: text, code: text, cause: text },
};
