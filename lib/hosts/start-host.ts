import type { ChildProcess, StdioOptions } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child, reasonOf, startProgram } from '../base/index.ts';
import { LaunchError, type LauncherName } from '../launch/index.ts';
import { ANSWERS, KEPT_DESCRIPTORS, type QUESTIONS, REPORTS, type Report } from './host-protocol.ts';

const PROGRAM = fileURLToPath(new URL(`./host-program${extname(import.meta.filename)}`, import.meta.url));

/**
 * A small Node: its memory is copied by each fork, its threads count as processes of the user, and its address space for
 * the user's limit (`as`): WebAssembly, which reads modules, would reserve 8 GB. Compiled code is memory too, and costs
 * more than it saves in a process that waits for the kernel most of its time.
 */
const FLAGS = [
  '--max-semi-space-size=1',
  '--no-sparkplug',
  '--no-maglev',
  '--no-opt',
  '--single-threaded-gc',
  '--v8-pool-size=0',
  '--expose-gc', // see openSession
  '--disable-wasm-trap-handler',
  '--wasm-max-mem-pages=1024',
  '--disable-warning=ExperimentalWarning',
];

/** A host as a process. */
export type HostChild = Child<typeof QUESTIONS, typeof ANSWERS, typeof REPORTS>;

/** A process that speaks as hosts do. @throws what `start` throws */
export const hostChild = (start: () => ChildProcess, hear: (report: Report) => void): HostChild =>
  new Child({ start, answers: ANSWERS, reports: REPORTS, hear });

/**
 * Starts a host, which is no one's yet. Its first descriptors are kept for modules of PAM, which may have to do with few
 * (`nofile`).
 *
 * @throws LaunchError if the system has no process or descriptor left for it
 */
export function startHost(launcher: LauncherName, hear: (report: Report) => void): HostChild {
  let nothing: number | undefined;
  try {
    nothing = openSync('/dev/null', 'r');
    const kept = KEPT_DESCRIPTORS.map(() => nothing!);
    const stdio: StdioOptions = ['ignore', 'ignore', 'ignore', 'ipc', ...kept];
    return hostChild(() => startProgram(PROGRAM, stdio, { flags: FLAGS, words: [launcher] }), hear);
  } catch (cause) {
    throw new LaunchError(reasonOf(cause), { cause });
  } finally {
    if (nothing !== undefined) closeSync(nothing);
  }
}
