import { lstat, readlink, stat } from 'node:fs/promises';
import { posix, win32 } from 'node:path';
import type { Identity } from '../login/index.ts';
import type { Environment } from './environment.ts';

/** Where a command runs, and what was wrong with the user's own home where it could not be there. */
export interface HomeDirectory {
  readonly directory: string;
  readonly problem?: string;
}

/** The reasonable default of rexecd(8), NOTE. */
const DEFAULT_HOME = '/';

/** Variables that only an interactive Windows session has: a HOME made of them names nothing (rexecd(8), NOTE). */
const INTERACTIVE_ONLY = /%HOME(?:DRIVE|PATH)%/i;
const SEARCH = 0o1;
const MOST_LINKS = 40; // as the kernel

/**
 * The home that an environment names: its HOME. Where there is none, or only `%HOMEDRIVE%%HOMEPATH%`, the reasonable
 * default of the platform and why; whether a command can run there is another question ({@link usableHome}).
 */
export function resolveHome(environment: Environment, platform: NodeJS.Platform): HomeDirectory {
  const { HOME: home } = environment;
  const path = platform === 'win32' ? win32 : posix;
  const problem = !home
    ? 'HOME is not set'
    : INTERACTIVE_ONLY.test(home)
      ? `HOME is ${home}, which only interactive programs have`
      : path.isAbsolute(home)
        ? undefined
        : `${home} is not an absolute path`;
  if (problem === undefined) return { directory: home! };
  return { directory: defaultHome(environment, platform), problem };
}

function defaultHome({ USERPROFILE = '', SystemDrive }: Environment, platform: NodeJS.Platform): string {
  if (platform !== 'win32') return DEFAULT_HOME;
  const usable = win32.isAbsolute(USERPROFILE) && !USERPROFILE.includes('%');
  return usable ? USERPROFILE : `${SystemDrive || 'C:'}\\`;
}

/** The directory if the user can run a command there, else the default and why. */
export async function usableHome(home: HomeDirectory, identity: Identity): Promise<HomeDirectory> {
  if (home.directory === DEFAULT_HOME) return home;
  try {
    await checkSearchable(home.directory, identity);
    return home;
  } catch (error) {
    return { directory: DEFAULT_HOME, problem: home.problem ?? (error as Error).message };
  }
}

/**
 * SECURITY: asked for the user and not for the daemon, which as root may enter everything: each directory on the way,
 * and on the way of each symbolic link, must be searchable by its mode bits. Access lists are not looked at.
 */
async function checkSearchable(directory: string, identity: Identity): Promise<void> {
  const names = directory.split('/');
  let here = '/';
  for (let links = 0; names.length > 0; ) {
    await checkSearch(here, identity);
    const next = posix.join(here, names.shift()!);
    if (!(await lstat(next)).isSymbolicLink()) {
      here = next;
      continue;
    }
    links += 1;
    if (links > MOST_LINKS) throw new Error(`${directory}: too many symbolic links`);
    const target = await readlink(next);
    names.unshift(...target.split('/'));
    if (target.startsWith('/')) here = '/';
  }
  await checkSearch(here, identity);
}

async function checkSearch(path: string, { user, uid, gid, groups }: Identity): Promise<void> {
  const found = await stat(path);
  if (!found.isDirectory()) throw new Error(`${path} is not a directory`);
  if (uid === 0 || uid === -1) return;
  const member = found.gid === gid || groups.includes(found.gid);
  const bits = found.uid === uid ? found.mode >> 6 : member ? found.mode >> 3 : found.mode;
  if (!(bits & SEARCH)) throw new Error(`${path}: permission denied for ${user}`);
}
