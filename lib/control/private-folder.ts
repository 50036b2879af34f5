import { lstat, mkdir } from 'node:fs/promises';
import { codeOf, isWindows } from '../base/index.ts';
import { keepToOurselves, mustBePrivateOnWindows } from '../files/index.ts';

/**
 * Makes the folder unless it is there. SECURITY: it is one of ours that no one else may enter, not one that another account
 * made for us.
 *
 * @throws Error otherwise
 */
export async function privateFolder(folder: string): Promise<void> {
  const isNew = await mkdir(folder, { mode: 0o700 }).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (codeOf(error) !== 'EEXIST') throw error;
      return false;
    },
  );
  if (isWindows) {
    if (isNew) await keepToOurselves(folder);
    return mustBePrivateOnWindows(folder);
  }
  const { uid, mode } = await lstat(folder);
  if (uid !== process.getuid?.())
    throw new Error(`${folder} must be owned by this account, not by uid ${uid}`);
  if (mode & 0o077) throw new Error(`${folder} must not be accessible to others (chmod 700)`);
}
