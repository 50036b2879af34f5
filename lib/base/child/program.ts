import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * SECURITY: without this flag Node answers SIGUSR1 with a debugger on 127.0.0.1:9229, in which any local user runs code
 * as the account of the process.
 */
export const NO_DEBUGGER = '--disable-sigusr1';

/** Sources are stripped of their types once, and not at each start; the folder is as much to be trusted as they are. */
const CACHE =
  extname(import.meta.filename) === '.ts'
    ? { NODE_COMPILE_CACHE: fileURLToPath(new URL('../../../node_modules/.cache/rexecd', import.meta.url)) }
    : {};

/** How a program is started. */
export interface ProgramOptions {
  /** Node's own. */
  readonly flags?: readonly string[];
  /** Of its command line. */
  readonly words?: readonly string[];
  /** Of its environment. */
  readonly variables?: NodeJS.ProcessEnv;
}

/**
 * Starts a program of this package as a process in a session of its own: Ctrl-C is for its parent.
 *
 * @throws Error if the system has no process or descriptor left for it; other failures are its event `error`
 */
export function startProgram(
  file: string,
  stdio: StdioOptions,
  { flags = [], words = [], variables = {} }: ProgramOptions = {},
): ChildProcess {
  const child = spawn(process.execPath, [NO_DEBUGGER, ...flags, file, ...words], {
    cwd: '/',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...CACHE, ...variables },
    stdio,
    detached: true,
  });
  child.on('error', () => {}); // without a listener it would end this process
  // Without descriptors Node gives a child without streams.
  if ((child.stdio as unknown) === undefined) throw new Error(`cannot start ${file}: too many open files`);
  return child;
}
