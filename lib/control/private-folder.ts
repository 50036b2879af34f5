import { lstat, mkdir } from 'node:fs/promises';
import { codeOf } from '../base/index.ts';

/**
 * Makes the folder unless it is there. SECURITY: it is one of ours that no one else may enter, not one that another account
 * made for us.
 *
 * @throws Error otherwise
 */
export async function privateFolder(folder: string): Promise<void> {
  await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
  const { uid, mode } = await lstat(folder);
  if (uid !== process.getuid?.())
    throw new Error(`${folder} must be owned by this account, not by uid ${uid}`);
  if (mode & 0o077) throw new Error(`${folder} must not be accessible to others (chmod 700)`);
}
