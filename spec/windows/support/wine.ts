import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Scope } from '../../support/peer.ts';
import { ROOT } from '../../support/program.ts';

/** Debian's wine64: without the package wine it is on nobody's PATH. */
const WINE = '/usr/lib/wine';
export const HOME = join(ROOT, 'node_modules/.cache/windows');
const MOST_MS = 240_000;

/** Drive C: of the Windows that all suites share. */
export const DRIVE_C: string = join(HOME, 'prefix/drive_c');

/** Why nothing can be run on Wine here; false where it can. */
export const noWine: string | false = !existsSync(join(WINE, 'wine64')) && 'needs Wine (Debian: wine64)';

/** Bounds a suite on Wine: the first one downloads node.exe and makes a Windows. */
export const ON_WINE = { skip: noWine, timeout: 280_000 } as const;

/** How a program on Wine ended. */
export interface WineEnded {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

export const environment = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  PATH: `${WINE}:${process.env.PATH}`,
  HOME: process.env.HOME,
  LC_ALL: 'C.UTF-8', // of command lines
  WINEPREFIX: join(HOME, 'prefix'),
  WINEDEBUG: '-all',
  NODE_COMPILE_CACHE: 'T:\\compiled', // what was read once starts sooner
  WINEDLLOVERRIDES: 'mscoree,mshtml=',
  ...more,
});

let isPrepared = false;

/** Makes the Windows that all suites share, unless it is there, and keeps its services running for this process. */
export function prepareWine(): void {
  if (isPrepared) return;
  isPrepared = true;
  const { status, stderr } = spawnSync('sh', [join(ROOT, 'spec/windows/support/prepare.sh'), HOME], {
    env: { ...process.env, PATH: `${WINE}:${process.env.PATH}` },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`cannot prepare Wine: ${stderr}`);
  // They end with the last program, and their start takes longer than that of most programs here.
  const words = ['N:\\bin\\node.exe', '--eval', 'setInterval(() => {}, 1e6)'];
  const keeper = spawn('wine64', words, { cwd: HOME, env: environment(), stdio: 'ignore' });
  keeper.unref();
  process.once('exit', () => keeper.kill('SIGKILL'));
}

/** A folder that is gone after the test: its path here, and on Windows. */
export interface WineFolder {
  readonly path: string;
  /** Path of a file in it, on Windows. */
  at(name: string): string;
}

export function wineFolder(t: Scope): WineFolder {
  const path = mkdtempSync(join(HOME, 'temporary', 'spec-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return { path, at: (name) => `T:\\${basename(path)}\\${name}` };
}

/**
 * Runs a program of Windows to its end. Its streams are files: node.exe does not start on Wine with a pipe of Linux as
 * standard output.
 */
export async function wine(
  folder: WineFolder,
  words: readonly string[],
  more: NodeJS.ProcessEnv = {},
  input = '/dev/null',
): Promise<WineEnded> {
  const out = mkdtempSync(join(folder.path, 'out-'));
  const [stdout, stderr] = [join(out, 'stdout'), join(out, 'stderr')];
  const files = [openSync(input, 'r'), openSync(stdout, 'w'), openSync(stderr, 'w')] as const;
  const child = spawn('wine64', words, {
    cwd: join(HOME, 'tree'),
    env: environment(more),
    stdio: [...files],
    timeout: MOST_MS,
    killSignal: 'SIGKILL',
  });
  for (const fd of files) closeSync(fd);
  const [status] = (await once(child, 'close')) as [number | null];
  return { stdout: readFileSync(stdout, 'utf8'), stderr: readFileSync(stderr, 'utf8'), status };
}

/** The same for a program of Node.js, given as its text: a module of the checkout. */
export async function wineNode(
  folder: WineFolder,
  source: string,
  more: NodeJS.ProcessEnv = {},
): Promise<WineEnded> {
  return wine(folder, ['N:\\bin\\node.exe', '--input-type=module', '--eval', source], more);
}

/** What such a program gives back by JSON on its standard output. @throws Error with what it said otherwise */
export async function onWine<T>(
  folder: WineFolder,
  source: string,
  more: NodeJS.ProcessEnv = {},
): Promise<T> {
  const { stdout, stderr, status } = await wineNode(folder, source, more);
  if (status !== 0) throw new Error(`status ${status}: ${stderr}`);
  return JSON.parse(stdout) as T;
}
