import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { isWindows } from '../base/index.ts';
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
  /** Whether it may be a symbolic link. */
  readonly links: boolean;
}

const LARGEST_BYTES = 4 * 1024 * 1024;

/**
 * Reads a file that decides who may do what. SECURITY: what is read is what was checked: one descriptor for both.
 *
 * @throws Error that names the file and the rule; the system's own where it cannot be opened
 */
export async function readTrusted(path: string, trust: Trust): Promise<Buffer> {
  const flags = constants.O_RDONLY | constants.O_NONBLOCK; // a pipe must not hold us up
  const file = await open(path, trust.links ? flags : flags | constants.O_NOFOLLOW);
  try {
    const stats = await file.stat();
    const problem =
      (stats.mode & constants.S_IFMT) !== constants.S_IFREG
        ? 'is not a regular file'
        : isWindows && !trust.links && (await isLink(path, stats))
          ? 'is a link'
          : ((await problemWith(file, stats, trust)) ??
            (stats.size > LARGEST_BYTES ? `is larger than ${LARGEST_BYTES} bytes` : undefined));
    const name = trust.what === undefined ? path : `${trust.what} ${path}`;
    if (problem) throw new Error(`${name} ${problem}`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

async function problemWith(
  file: FileHandle,
  { mode, uid }: Stats,
  { forbidden, rule }: Trust,
): Promise<string | undefined> {
  if (isWindows) return problemOnWindows(file, forbidden);
  return mode & forbidden
    ? rule((mode & 0o777).toString(8))
    : uid !== 0 && uid !== process.getuid?.()
      ? `is owned by uid ${uid}; it must be owned by root or by this account`
      : undefined;
}

/** Windows follows a link when it opens a file, whatever the flags: the path must lead to the file that is open by itself. */
async function isLink(path: string, opened: Stats): Promise<boolean> {
  const there = await lstat(path);
  return there.isSymbolicLink() || there.ino !== opened.ino || there.dev !== opened.dev;
}
