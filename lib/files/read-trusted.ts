import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** What makes a file one to rely on, besides that it belongs to root or to this account. */
export interface Trust {
  /** What it is called in an error, before its path: `users file`. */
  readonly what?: string;
  /** Bits that its mode must not have, and the end of the sentence about a file that has one. */
  readonly forbidden: number;
  readonly rule: (mode: string) => string;
  /** Whether it may be a symbolic link. */
  readonly links: boolean;
}

/** What a file with a secret of the daemon must be. */
export const SECRET: Omit<Trust, 'what'> = {
  forbidden: 0o027,
  rule: (mode) => `has mode ${mode}: it must not be readable by others or writable by its group (chmod 640)`,
  links: true,
};

const LARGEST_BYTES = 4 * 1024 * 1024;

/**
 * Reads a file that decides who may do what. SECURITY: what is read is what was checked: one descriptor for both.
 *
 * @throws Error that names the file and the rule; the system's own where it cannot be opened
 */
export async function readTrusted(path: string, { what, forbidden, rule, links }: Trust): Promise<Buffer> {
  const flags = constants.O_RDONLY | constants.O_NONBLOCK; // a pipe must not hold us up
  const file = await open(path, links ? flags : flags | constants.O_NOFOLLOW);
  try {
    const { mode, uid, size } = await file.stat();
    const problem =
      (mode & constants.S_IFMT) !== constants.S_IFREG
        ? 'is not a regular file'
        : mode & forbidden
          ? rule((mode & 0o777).toString(8))
          : uid !== 0 && uid !== process.getuid?.()
            ? `is owned by uid ${uid}; it must be owned by root or by this account`
            : size > LARGEST_BYTES
              ? `is larger than ${LARGEST_BYTES} bytes`
              : undefined;
    const name = what === undefined ? path : `${what} ${path}`;
    if (problem) throw new Error(`${name} ${problem}`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}
