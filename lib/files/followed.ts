import type { Stats } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import { join, parse, resolve, sep } from 'node:path';

/** As many as the kernel follows. */
const MOST_LINKS = 40;
const OTHERS_WRITE = 0o022;
const STICKY = 0o1000;

/**
 * The path that symbolic links lead to, if only root and this account can change what it is: each link and each folder on
 * the way belongs to one of the two, and no other account can write to the folders. One with the sticky bit will do: what
 * is in it is changed by its owner only. Kubernetes mounts its secrets in such a folder.
 *
 * SECURITY: so it is still the same when the file is opened, and the file itself is yet to be checked.
 *
 * @returns an absolute path without links
 * @throws Error that says which link or folder it is, to follow the name of the file; the system's own if one is missing
 */
export async function followed(path: string): Promise<string> {
  const { root } = parse(resolve(path));
  let left = namesOf(resolve(path), root);
  let at = root;
  let links = 0;
  mustBeOurs(at, await lstat(at));
  for (let name = left.shift(); name !== undefined; name = left.shift()) {
    const next = join(at, name);
    const stats = await lstat(next);
    if (left.length > 0 || stats.isSymbolicLink()) mustBeOurs(next, stats);
    if (!stats.isSymbolicLink()) {
      at = next;
      continue;
    }
    links += 1;
    if (links > MOST_LINKS) throw new Error(`leads through more than ${MOST_LINKS} links`);
    const target = resolve(at, await readlink(next));
    left = [...namesOf(target, root), ...left];
    at = root;
  }
  return at;
}

const namesOf = (path: string, root: string): string[] =>
  path
    .slice(root.length)
    .split(sep)
    .filter((name) => name !== '');

function mustBeOurs(path: string, stats: Stats): void {
  const { uid, mode } = stats;
  if (!isOurs(uid))
    throw new Error(
      `leads through ${path}, which is owned by uid ${uid}; it must be owned by root or by this account`,
    );
  const isShared = stats.isDirectory() && (mode & OTHERS_WRITE) !== 0 && (mode & STICKY) === 0;
  if (isShared) throw new Error(`leads through ${path}, which others can write to (chmod go-w)`);
}

/** True for root and for this account: what else they own can be relied on too. */
export const isOurs = (uid: number): boolean => uid === 0 || uid === process.getuid?.();
