import type { ExitStatus } from '../../codec/index.ts';
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

/** What a PAM session gave; `spoilt` if another process is to take it over. */
export interface Became {
  readonly opened: Opened;
  readonly spoilt: boolean;
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

/** From rexecd to a host. `stderrSocket` and `run` come with a connection. */
export type Order =
  | {
      readonly say: 'become';
      readonly owner: Owner;
      readonly address: string;
      /** The PAM session that another process opened, to be taken over instead of opening one. */
      readonly opened?: Opened;
    }
  | { readonly say: 'stderrSocket'; readonly id: string }
  | ({ readonly say: 'run' } & RunOrder)
  | { readonly say: 'hangUp' | 'gone'; readonly id: string }
  /** Kills a process group of the user, whose host had to be killed. */
  | { readonly say: 'endGroup'; readonly pid: number }
  | { readonly say: 'bytes'; readonly id: string };

/** From a host to rexecd. Every session has an `id`. */
export type Report =
  | { readonly say: 'ready' }
  /** `spoilt`: it cannot live under the limits that it got, and becomes no user; another one is to take the session over. */
  | { readonly say: 'became'; readonly opened: Opened; readonly spoilt: boolean }
  | { readonly say: 'broken'; readonly cause: string; readonly refused: boolean }
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
  | { readonly say: 'failed'; readonly id: string; readonly code: string; readonly cause: string }
  | { readonly say: 'bytes'; readonly id: string; readonly received: number; readonly sent: number };

const isText = (value: unknown): boolean => typeof value === 'string';
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isStatus = (value: unknown): boolean => {
  const { type, code, signal } = (value ?? {}) as Record<string, unknown>;
  return (type === 'exited' && isCount(code)) || (type === 'signaled' && isText(signal));
};
const isFlag = (value: unknown): boolean => typeof value === 'boolean';
const isTexts = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.values(value).every(isText);
const isOpened = (value: unknown): boolean => {
  const { environment, limits, ownLimits, umask, niceness, loginUid } = (value ?? {}) as Record<
    string,
    unknown
  >;
  const texts = [environment, limits, ownLimits].every(isTexts) && isText(loginUid);
  return texts && isCount(umask) && Number.isInteger(niceness);
};

/** What each report must have. */
const SHAPES: Readonly<Record<Report['say'], Readonly<Record<string, (value: unknown) => boolean>>>> = {
  ready: {},
  became: { opened: isOpened, spoilt: isFlag },
  broken: { cause: isText, refused: isFlag },
  started: { id: isText, pid: isCount, directory: isText },
  signaled: { id: isText, signal: isCount },
  idle: { id: isText },
  over: { id: isText },
  stuck: { id: isText, pid: isCount },
  ended: { id: isText, status: isStatus },
  failed: { id: isText, code: isText, cause: isText },
  bytes: { id: isText, received: isCount, sent: isCount },
};

/** SECURITY: a host belongs to its user, who may have taken it over. */
export function isReport(message: unknown): message is Report {
  if (typeof message !== 'object' || message === null || !('say' in message)) return false;
  const { say } = message;
  if (typeof say !== 'string' || !Object.hasOwn(SHAPES, say)) return false;
  const fields = message as Record<string, unknown>;
  return Object.entries(SHAPES[say as Report['say']]).every(([name, fits]) => fits(fields[name]));
}
