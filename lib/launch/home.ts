import { access, constants } from 'node:fs/promises';
import { posix, win32 } from 'node:path';
import { wordsOf } from '../base/index.ts';
import { bytesOf } from '../text/index.ts';
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

/**
 * The home that an environment names: its HOME. If HOME is missing, or only `%HOMEDRIVE%%HOMEPATH%`, the reasonable
 * default of the platform and why; whether a command can run there is another question ({@link usableHome}).
 */
export function resolveHome(environment: Environment, platform: NodeJS.Platform): HomeDirectory {
  const { HOME: home } = environment;
  const path = platform === 'win32' ? win32 : posix;
  const problem = !home
    ? 'HOME is not set'
    : INTERACTIVE_ONLY.test(home)
      ? `HOME is ${home}, which is defined only in interactive sessions`
      : path.isAbsolute(home)
        ? undefined
        : `${home} is not an absolute path`;
  if (problem === undefined) return { directory: home! };
  return { directory: defaultHome(environment, platform), problem };
}

function defaultHome(environment: Environment, platform: NodeJS.Platform): string {
  const { USERPROFILE = '' } = environment;
  const usable = platform === 'win32' && win32.isAbsolute(USERPROFILE) && !USERPROFILE.includes('%');
  return usable ? USERPROFILE : lastHome(environment, platform);
}

/** The directory for a command if no other one can be entered. */
export const lastHome = ({ SystemDrive }: Environment, platform: NodeJS.Platform): string =>
  platform === 'win32' ? `${SystemDrive || 'C:'}\\` : DEFAULT_HOME;

/**
 * The directory if this process, which is the user, can enter it; else the last one and why.
 *
 * @param lost why no command started there, although it could be entered
 */
export async function usableHome(
  home: HomeDirectory,
  lost?: string,
  last = DEFAULT_HOME,
): Promise<HomeDirectory> {
  const { directory } = home;
  if (directory === last) return home;
  if (lost !== undefined) return homeAfter(home, lost, last);
  try {
    await access(bytesOf(`${directory}/.`), constants.X_OK); // the dot is there only in a directory that can be entered
    return home;
  } catch (error) {
    return homeAfter(home, wordsOf(error), last);
  }
}

/** The last directory, instead of a home where nothing could be started, and why. */
const homeAfter = ({ directory, problem }: HomeDirectory, lost: string, last: string): HomeDirectory => ({
  directory: last,
  problem: problem ?? `${directory}: ${lost}`,
});
