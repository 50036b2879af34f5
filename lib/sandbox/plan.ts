import type { Limits } from '../native/index.ts';
import type { SandboxSupport } from './support.ts';

/** The account that a process becomes, by its numbers. */
export interface SandboxAccount {
  readonly uid: number;
  readonly gid: number;
  /** It may read the code, and cannot enter the folder that the code is in, such as /root: the code is opened as root. */
  readonly isOutside?: boolean;
}

/** What the trampoline is to do, as JSON in its one word. */
export interface Plan {
  /** Missing: the account stays that of the daemon. */
  readonly account?: SandboxAccount;
  /** What the kernel can do; if it cannot, nothing is started. */
  readonly promised: SandboxSupport;
  /** What to execute, with the name of the program as its first word. */
  readonly argv: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  /** Files and folders that may be read, besides the libraries of the program. */
  readonly readable: readonly string[];
  /** Limits on what the program takes, by their names in prlimit(1). */
  readonly limits?: Limits;
  /** Those that the program gets. */
  readonly descriptors: readonly number[];
}

/** Exit status of a trampoline that could not set up the sandbox: the program was not started (EX_OSERR of sysexits.h). */
export const NOT_SANDBOXED = 71;
