import type { Stats } from 'node:fs';
import { lstat, readlink, stat } from 'node:fs/promises';
import { posix } from 'node:path';
import type { Identity } from '../login/index.ts';

const EXECUTE = 0o1; // of a directory: search
const MOST_LINKS = 40; // as the kernel

/**
 * What a path leads a user to. SECURITY: asked for the user and not for the daemon, which as root may enter and execute
 * everything: each directory on the way, and on the way of each symbolic link, must be searchable by its mode bits.
 * Access lists are not looked at. Rejects with an error that names the directory or file.
 */
export async function reach(path: string, identity: Identity): Promise<Stats> {
  const names = path.split('/');
  let here = '/';
  for (let links = 0; names.length > 0; ) {
    await checkSearchable(here, identity);
    const next = posix.join(here, names.shift()!);
    if (!(await lstat(next)).isSymbolicLink()) {
      here = next;
      continue;
    }
    links += 1;
    if (links > MOST_LINKS) throw new Error(`${path}: too many symbolic links`);
    const target = await readlink(next);
    names.unshift(...target.split('/'));
    if (target.startsWith('/')) here = '/';
  }
  return stat(here);
}

async function checkSearchable(path: string, identity: Identity): Promise<void> {
  const found = await stat(path);
  if (!found.isDirectory()) throw new Error(`${path} is not a directory`);
  checkExecutable(path, found, identity);
}

/** @throws Error when the user may not execute the file or search the directory */
export function checkExecutable(path: string, found: Stats, { user, uid, gid, groups }: Identity): void {
  if (uid === -1) return; // a platform without
  const member = found.gid === gid || groups.includes(found.gid);
  const own = found.uid === uid ? found.mode >> 6 : member ? found.mode >> 3 : found.mode;
  const bits =
    uid === 0 ? (found.isDirectory() ? EXECUTE : found.mode | (found.mode >> 3) | (found.mode >> 6)) : own;
  if (!(bits & EXECUTE)) throw new Error(`${path}: permission denied for ${user}`);
}
