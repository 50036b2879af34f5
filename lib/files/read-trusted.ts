import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { codeOf, isWindows, reasonOf } from '../base/index.ts';
import { followed, isOurs } from './followed.ts';
import { problemOnWindows } from './windows-files.ts';

/** What makes a file one to rely on, besides that it belongs to root or to this account. */
export interface Trust {
  /** What it is called in an error, before its path: `users file`. */
  readonly what?: string;
  /**
   * Bits that its mode must not have, and the end of the sentence about a file that has one. On Windows the bits say what
   * its access control list must not allow to others than SYSTEM, Administrators and this account: 0o022 to write, 0o044 to read.
   */
  readonly forbidden: number;
  readonly rule: (mode: string) => string;
  /** Whether symbolic links that only root and this account can change may lead to it. */
  readonly links: boolean;
  /** Whether a file of root may be readable by its group all the same, when this account can read it only as one of that. */
  readonly byGroup?: boolean;
}

/** What a file with a secret of the daemon must be. */
export const SECRET: Omit<Trust, 'what'> = {
  forbidden: 0o027,
  rule: (mode) => `has mode ${mode}: it must not be readable by others or writable by its group (chmod 640)`,
  links: true,
};

const LARGEST_BYTES = 4 * 1024 * 1024;
const GROUP_READS = 0o040;
const SWAPS = 3;

/**
 * Reads a file that decides who may do what. SECURITY: what is read is what was checked: one descriptor for both.
 *
 * @throws Error that names the file and the rule; the system's own where it cannot be opened
 */
export async function readTrusted(path: string, trust: Trust): Promise<Buffer> {
  const name = trust.what === undefined ? path : `${trust.what} ${path}`;
  const file = await openTrusted(path, trust.links).catch((cause) => {
    throw codeOf(cause) === '' ? new Error(`${name} ${reasonOf(cause)}`, { cause }) : cause;
  });
  try {
    const stats = await file.stat();
    const problem =
      generalProblem(stats) ??
      (isWindows ? await windowsProblem(path, file, stats, trust) : ownerProblem(stats, trust));
    if (problem) throw new Error(`${name} ${problem}`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** A link may be swapped, and the file that it led to removed, after it was followed: then it is followed once more. */
async function openTrusted(path: string, links: boolean): Promise<FileHandle> {
  for (let turn = 1; ; turn += 1) {
    try {
      return await openItself(path).catch(async (error) => {
        if (!links || codeOf(error) !== 'ELOOP') throw error;
        return openItself(await followed(path));
      });
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || turn === SWAPS) throw error;
    }
  }
}

/** A pipe must not hold us up. */
const openItself = (path: string): Promise<FileHandle> =>
  open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);

function generalProblem({ mode, size }: Stats): string | undefined {
  if ((mode & constants.S_IFMT) !== constants.S_IFREG) return 'is not a regular file';
  return size > LARGEST_BYTES ? `is larger than ${LARGEST_BYTES} bytes` : undefined;
}

function ownerProblem(
  { mode, uid, gid }: Stats,
  { forbidden, rule, byGroup = false }: Trust,
): string | undefined {
  const needsGroup = byGroup && uid === 0 && process.getuid?.() !== 0 && isInGroup(gid);
  if (mode & (needsGroup ? forbidden & ~GROUP_READS : forbidden)) return rule((mode & 0o777).toString(8));
  return isOurs(uid) ? undefined : `is owned by uid ${uid}; it must be owned by root or by this account`;
}

const isInGroup = (gid: number): boolean =>
  process.getegid?.() === gid || (process.getgroups?.() ?? []).includes(gid);

/** Windows follows a link when it opens a file, whatever the flags: the path must lead to the file that is open by itself. */
async function windowsProblem(
  path: string,
  file: FileHandle,
  { ino, dev }: Stats,
  { forbidden }: Trust,
): Promise<string | undefined> {
  const there = await lstat(path);
  if (there.isSymbolicLink() || there.ino !== ino || there.dev !== dev) return 'is a link';
  return problemOnWindows(file, forbidden);
}
