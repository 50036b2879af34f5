import { stat } from 'node:fs/promises';
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

function defaultHome(environment: Environment, platform: NodeJS.Platform): string {
  if (platform !== 'win32') return DEFAULT_HOME;
  const { USERPROFILE, SystemDrive = 'C:' } = environment;
  return USERPROFILE && !INTERACTIVE_ONLY.test(USERPROFILE) ? USERPROFILE : `${SystemDrive}\\`;
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
 * SECURITY: asked for the user and not for the daemon, which as root may enter everything: each directory on the way
 * must be searchable by its mode bits. Access lists are not looked at.
 */
async function checkSearchable(directory: string, identity: Identity): Promise<void> {
  const steps = directory.split('/').filter((name) => name !== '');
  for (let length = 0; length <= steps.length; length += 1) {
    const path = `/${steps.slice(0, length).join('/')}`;
    const { mode, uid, gid, isDirectory } = await stat(path).then((found) => ({
      mode: found.mode,
      uid: found.uid,
      gid: found.gid,
      isDirectory: found.isDirectory(),
    }));
    if (!isDirectory) throw new Error(`${path} is not a directory`);
    if (identity.uid === 0 || identity.uid === -1) continue;
    const member = gid === identity.gid || identity.groups.includes(gid);
    const bits = uid === identity.uid ? mode >> 6 : member ? mode >> 3 : mode;
    if (!(bits & SEARCH)) throw new Error(`${path}: permission denied for ${identity.user}`);
  }
}
