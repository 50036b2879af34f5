import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';

/** Where a command runs, and what was wrong with the user's own home where it could not be there. */
export interface HomeDirectory {
  readonly directory: string;
  readonly problem?: string;
}

/** The reasonable default of rexecd(8), NOTE. */
const DEFAULT_HOME = '/';

/** The user's home if a command can run there, else the default and why. */
export async function resolveHome(home: string): Promise<HomeDirectory> {
  try {
    if (!home.startsWith('/')) throw new Error('not an absolute path');
    if (!(await stat(home)).isDirectory()) throw new Error('not a directory');
    await access(home, constants.X_OK);
    return { directory: home };
  } catch (error) {
    return { directory: DEFAULT_HOME, problem: (error as Error).message };
  }
}
