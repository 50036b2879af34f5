import type { Stats } from 'node:fs';
import { lstat, readlink, stat } from 'node:fs/promises';
import { posix } from 'node:path';
import type { Identity } from '../login/index.ts';

const EXECUTE = 0o1; // of a directory: search
const MOST_LINKS = 40; // as the kernel
const REMEMBERED_MS = 1000;

/** Ways that users were found free to go in this second: under load it is the same shell and the same homes. */
let freeWays = new Set<string>();
let forgetAt = 0;

/**
 * What a path leads a user to. SECURITY: asked for the user and not for the daemon, which as root may enter and execute
 * everything: each directory on the way, and on the way of each symbolic link, must be searchable by its mode bits; that
 * is checked again after one second, and the kernel has the last word. Access lists are ignored. Rejects with an error
 * that names the directory or file.
 */
export async function reach(path: string, identity: Identity): Promise<Stats> {
  if (performance.now() > forgetAt) {
    freeWays = new Set();
    forgetAt = performance.now() + REMEMBERED_MS;
  }
  const { uid, gid, groups } = identity;
  const way = `${uid}:${gid}:${groups}:${path}`;
  if (!freeWays.has(way)) await walk(path, identity);
  freeWays.add(way);
  return stat(path);
}

async function walk(path: string, identity: Identity): Promise<void> {
  const names = path.split('/').filter((name) => name !== '');
  let here = '/';
  let found = await stat(here);
  for (let links = 0; names.length > 0; ) {
    if (!found.isDirectory()) throw new Error(`${here} is not a directory`);
    checkExecutable(here, found, identity);
    const next = posix.join(here, names.shift()!);
    const there = await lstat(next);
    if (!there.isSymbolicLink()) {
      [here, found] = [next, there];
      continue;
    }
    links += 1;
    if (links > MOST_LINKS) throw new Error(`${path}: too many symbolic links`);
    const target = await readlink(next);
    names.unshift(...target.split('/').filter((name) => name !== ''));
    if (target.startsWith('/')) [here, found] = ['/', await stat('/')];
  }
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
