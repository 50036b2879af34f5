import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { cheapHash, PASSWORD, USER } from './daemon/daemon.ts';
import { eventually, within } from './peer.ts';

/** The checkout. */
export const ROOT: string = fileURLToPath(new URL('../..', import.meta.url));

/** Bounds a suite of programs and every test in it: each start compiles TypeScript, on a machine that may be busy. */
export const PATIENT = { timeout: 280_000 } as const;

/** How a program ended; its outputs are latin1. */
export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  /** Its exit code, or the signal it died of. */
  readonly status: number | NodeJS.Signals;
}

export interface ProgramOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly stdin?: string | Buffer;
  /** Gives it a session of its own, without a terminal. */
  readonly detached?: boolean;
}

/** A program that runs, killed with the test if it still does. */
export class Program {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Ended>;
  #stdout = '';
  #stderr = '';

  constructor(t: TestContext, file: string, args: readonly string[], options: ProgramOptions = {}) {
    const { env = {}, cwd = ROOT, stdin, detached = false } = options;
    this.child = spawn(file, args, { cwd, env: { ...cleanEnvironment(), ...env }, detached });
    this.#keep(this.child.stdout, (text) => (this.#stdout += text));
    this.#keep(this.child.stderr, (text) => (this.#stderr += text));
    this.child.stdin.on('error', () => {}); // it may read none
    if (stdin !== undefined) this.child.stdin.end(stdin);
    this.ended = once(this.child, 'close').then(([code, signal]) => {
      return { stdout: this.#stdout, stderr: this.#stderr, status: signal ?? code };
    });
    this.ended.catch(() => {});
    t.after(async () => {
      this.child.kill('SIGKILL');
      await within(this.ended, 'a killed program to end').catch(() => {});
    });
  }

  /** Its standard error so far. */
  get stderr(): string {
    return this.#stderr;
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** How it ended, once it has. */
  async end(): Promise<Ended> {
    return within(
      this.ended,
      `${this.child.spawnargs.join(' ')} to end; so far: ${this.#stdout}${this.#stderr}`,
    );
  }

  /** The first match of its standard output; waits for it. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    await eventually(
      () => pattern.test(this.#stdout),
      `it says ${pattern}; so far: ${this.#stdout}${this.#stderr}`,
    );
    return pattern.exec(this.#stdout)!;
  }

  #keep(stream: Readable, keep: (text: string) => void): void {
    stream.setEncoding('latin1').on('data', keep);
  }
}

/** The environment without this runner's settings, a daemon's, and all that says whether there are colours. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const ours =
    /^(CI$|TERM$|COLORTERM$|(NO|FORCE)_COLOR$|NODE_DISABLE_COLORS$|NODE_(OPTIONS|TEST_CONTEXT|V8_COVERAGE)$|REXECD_|REXEC_(USER|PASS|TLS|CA)$|NETRC$|TK_|npm_(?!config_)|npm_config_local_prefix$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
}

export type ProgramName = 'grconfig' | 'rconfig' | 'rexec' | 'rexec-bench' | 'rexec-fuzz' | 'rexecd';

/** Specs that run as root serve users files as root, by readers of an account that every machine has. */
export const ROOT_MAY = { REXECD_ALLOW_ROOT: 'true', REXECD_READER_ACCOUNT: 'nobody' } as const;

/** Starts one of our programs from the checkout, as a user does. */
export function start(
  t: TestContext,
  name: ProgramName,
  args: readonly string[],
  options: ProgramOptions = {},
): Program {
  const env = { ...(name === 'rexecd' && ROOT_MAY), ...options.env };
  const words = [join(ROOT, 'lib', 'cli', `${name}.ts`), ...args];
  return new Program(t, process.execPath, words, { ...options, env });
}

/** The same, to its end; without more, its standard input is empty. */
export async function run(
  t: TestContext,
  name: ProgramName,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<Ended> {
  return start(t, name, args, { stdin: '', ...options }).end();
}

/** Runs one of our programs as a uid that no user database knows, as containers do; to be skipped where {@link notRoot}. */
export const strangersProgram = (t: TestContext, file: string, ...args: readonly string[]): Program =>
  new Program(t, 'setpriv', [...STRANGER, file, ...args], { stdin: '' });

/** The capability is for the way into the checkout, wherever it is. */
const STRANGER = [
  '--reuid=54999',
  '--regid=54999',
  '--clear-groups',
  '--inh-caps=+dac_override',
  '--ambient-caps=+dac_override',
];

export const notRoot: string | false = process.getuid?.() !== 0 && 'becoming somebody else takes root';

/** An empty folder of the test's own. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'rexec-program-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A users file that knows {@link USER}. */
export function usersFileOf(t: TestContext): string {
  const path = join(temporaryFolder(t), 'users');
  writeFileSync(path, `${USER}:${cheapHash(PASSWORD)}\n`, { mode: 0o600 });
  return path;
}

/** The real rexecd program on a free port. */
export async function startRexecd(
  t: TestContext,
  args: readonly string[] = [],
  options: ProgramOptions = {},
): Promise<{ daemon: Program; port: number }> {
  const words = ['--debug', '--port', '0', '--refusal-seconds', '0.05', ...args];
  const daemon = start(t, 'rexecd', words, options);
  const [, port] = await daemon.says(/listening on \S+ port (\d+);.*\n/);
  return { daemon, port: Number(port) };
}

/** Processes that a process has now. */
export const childrenOf = (pid: number): number[] =>
  globSync(`/proc/${pid}/task/*/children`)
    .flatMap((file) => readFileSync(file, 'latin1').split(' '))
    .filter((child) => child !== '')
    .map(Number);

/** Login helpers of a process; other children come and go. */
export const loginHelpersOf = (pid: number): number[] =>
  childrenOf(pid).filter((child) => {
    try {
      return readFileSync(`/proc/${child}/cmdline`, 'latin1').includes('helper-program');
    } catch {
      return false; // it is gone
    }
  });

/** False for a process that is gone or only waits to be reaped. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Where a program is, or undefined. */
export function findProgram(...names: readonly string[]): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  return names
    .flatMap((name) => (name.startsWith('/') ? [name] : folders.map((folder) => join(folder, name))))
    .find((path) => existsSync(path));
}
