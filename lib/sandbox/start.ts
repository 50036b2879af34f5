import type { ChildProcess, StdioOptions } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NO_DEBUGGER, startProgram } from '../base/index.ts';
import type { Limits } from '../native/index.ts';
import type { Plan, SandboxAccount } from './plan.ts';
import { programFiles } from './readable.ts';
import { type SandboxSupport, sandboxSupport } from './support.ts';

const TRAMPOLINE = fileURLToPath(new URL(`./trampoline${extname(import.meta.filename)}`, import.meta.url));

/** It lives for milliseconds. */
const TRAMPOLINE_FLAGS = [
  '--single-threaded-gc',
  '--v8-pool-size=0',
  '--disable-warning=ExperimentalWarning',
];

/** A descriptor of the program, as Node's spawn takes it; its index is its number. */
export type Stdio = Exclude<StdioOptions, string>[number];

/** How a program is started in a sandbox. Words and variables can be read by every account for a moment: no secrets. */
export interface SandboxOptions {
  /** The account that it becomes. Required as root, and cannot be set without. */
  readonly account?: SandboxAccount;
  readonly stdio: readonly Stdio[];
  /** Node's own. */
  readonly flags?: readonly string[];
  /** Of its command line. */
  readonly words?: readonly string[];
  /** All of its environment. */
  readonly variables?: Readonly<Record<string, string>>;
  /** npm packages that it imports, those that they import included. It cannot read others. */
  readonly packages?: readonly string[];
  /** More files and folders that it may read. */
  readonly readable?: readonly string[];
  /** Limits on what it takes, by their names in prlimit(1). */
  readonly limits?: Limits;
  /** What the sandbox has to consist of at least. All that this kernel can do, if left out. */
  readonly promised?: SandboxSupport;
}

/**
 * Starts a program of this package, a Node, with all taken away from it that the kernel can take away: see
 * docs/security.md. It is killed when the thread that started it ends. What is sent to it before it runs waits for it.
 *
 * @returns exits with {@link NOT_SANDBOXED}, and a line on its stderr, if a part of the sandbox cannot be set up
 * @throws Error if it would remain root, or the system has no process or descriptor left for it
 */
export function startSandboxed(program: string, options: SandboxOptions): ChildProcess {
  const {
    account,
    stdio,
    flags = [],
    words = [],
    packages = [],
    promised = sandboxSupport(),
    limits = {},
  } = options;
  const readable = [...programFiles(packages), program, ...(options.readable ?? [])];
  const seatBelts = [NO_DEBUGGER, '--permission', ...readable.map((path) => `--allow-fs-read=${path}`)];
  return startTrampoline(stdio, {
    ...(account ? { account } : {}),
    promised,
    argv: [process.execPath, ...seatBelts, ...flags, program, ...words],
    variables: options.variables ?? {},
    readable,
    limits,
  });
}

/** The same for any program. */
export function startTrampoline(stdio: readonly Stdio[], plan: Omit<Plan, 'descriptors'>): ChildProcess {
  const { account, variables } = plan;
  if (account ? account.uid === 0 : process.getuid?.() === 0)
    throw new Error('a sandbox needs an account other than root');
  const channel = stdio.indexOf('ipc');
  const descriptors = [...stdio.keys()].filter(
    (fd) => fd < 3 || ![undefined, null, 'ignore'].includes(stdio[fd] as null),
  );
  const whole: Plan = {
    ...plan,
    descriptors,
    variables: { ...(channel < 0 ? {} : { NODE_CHANNEL_FD: `${channel}` }), ...variables },
  };
  return startProgram(TRAMPOLINE, [...stdio], {
    flags: TRAMPOLINE_FLAGS,
    words: [JSON.stringify(whole)],
    // Comes before Node's own, so that the trampoline sees no channel: it would read what is meant for the program.
    variables: { NODE_CHANNEL_FD: '' },
  });
}
