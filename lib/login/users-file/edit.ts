import { lstat } from 'node:fs/promises';
import { codeOf, type Secret } from '../../base/index.ts';
import { FileLockedError, locked, ownerToKeep, replaceFile } from '../../files/index.ts';
import { bytesOf } from '../../text/index.ts';
import { parseUsers, readUsersText, UsersFileError } from './file.ts';
import { hashPassword } from './password-hash.ts';

/** Adds a user or replaces its password, atomically; creates the file with mode 0600 if it is missing. */
export async function addUser(path: string, user: string, secret: Secret): Promise<'added' | 'changed'> {
  if (!/^[^:#\s\x00-\x1f\x7f][^:\n\x00-\x1f\x7f]*$/.test(user) || Buffer.byteLength(user) > 256) {
    throw new UsersFileError(
      `invalid user name ${JSON.stringify(user)}: must be 1 to 256 bytes, without colons or control characters, and not begin with "#" or a space`,
    );
  }
  if (secret.length === 0 || secret.length > 256 || secret.bytes.includes(0)) {
    throw new UsersFileError('invalid password: must be 1 to 256 bytes without NUL');
  }
  const line = `${user}:${await hashPassword(secret)}`;
  return change(path, (text) => {
    const isKnown = parseUsers(path, text).has(user);
    return [[...linesWithout(text, user), line], isKnown ? 'changed' : 'added'];
  });
}

/** @throws UsersFileError if the file does not have the user */
export async function removeUser(path: string, user: string): Promise<void> {
  await change(path, (text) => {
    if (!parseUsers(path, text).has(user))
      throw new UsersFileError(`users file ${path}: unknown user ${JSON.stringify(user)}`);
    return [linesWithout(text, user), undefined];
  });
}

/** Names of the users, in the order of the file. */
export const listUsers = async (path: string): Promise<string[]> => [
  ...parseUsers(path, await readUsersText(path)).keys(),
];

/** One change at a time: those of other programs wait, and are not lost. */
async function change<T>(
  path: string,
  work: (text: string) => readonly [lines: readonly string[], result: T],
): Promise<T> {
  try {
    return await locked(path, async () => {
      await mustBeItself(path);
      const [lines, result] = work(await textOf(path));
      const content = lines.map((line) => `${line}\n`).join('');
      await replaceFile(path, bytesOf(content), 0o600, await ownerToKeep(path));
      return result;
    });
  } catch (cause) {
    if (cause instanceof FileLockedError) throw new UsersFileError(`users file ${cause.message}`, { cause });
    throw cause;
  }
}

/** A link would be replaced by a file, and be a link no more. */
async function mustBeItself(path: string): Promise<void> {
  const stats = await lstat(path).catch(() => undefined);
  if (stats?.isSymbolicLink())
    throw new UsersFileError(`users file ${path} is a symbolic link; change the file that it leads to`);
}

async function textOf(path: string): Promise<string> {
  try {
    return await readUsersText(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  }
}

const linesWithout = (text: string, user: string): string[] =>
  text.split('\n').filter((line) => line !== '' && !line.startsWith(`${user}:`));
