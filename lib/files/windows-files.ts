import { type FileHandle, lstat, stat } from 'node:fs/promises';
import {
  ADMINISTRATORS,
  type Forbidden,
  privateRights,
  readByService,
  type Stranger,
  strangerTo,
} from './windows-trust.ts';

const OTHERS_READ = 0o044;
const OTHERS_WRITE = 0o022;

/** What POSIX modes forbid others, as access lists know it. */
export const forbiddenBy = (mode: number): readonly Forbidden[] =>
  mode & OTHERS_READ ? ['write', 'read'] : ['write'];

/** What is wrong with an open file by its owner and its access control list; undefined: nothing. */
export async function problemOnWindows(file: FileHandle, mode: number): Promise<string | undefined> {
  const { ownSid, securityOf } = await import('../native/index.ts'); // only now: it loads koffi
  const stranger = strangerTo(securityOf(file.fd), forbiddenBy(mode), ownSid());
  return stranger && (await problemOf(stranger));
}

/** Who can replace a program, or a folder on the way to it; undefined: nobody who is not trusted. */
export async function whoCanReplace(path: string, isFolder: boolean): Promise<string | undefined> {
  const { ownSid, nameOfSid, securityOfPath } = await import('../native/index.ts');
  const stranger = strangerTo(securityOfPath(path), [isFolder ? 'replace' : 'write'], ownSid());
  return stranger && nameOfSid(stranger.sid);
}

/** Rights for this account, in SDDL; an administrator's things belong to all administrators, and so the service can rely on them. */
export async function ownRights(): Promise<string> {
  const { isMemberOf, ownSid } = await import('../native/index.ts');
  return privateRights(isMemberOf(ADMINISTRATORS) ? 'BA' : ownSid());
}

/**
 * Makes a folder or a file one that only the system, its administrators and this account can enter.
 *
 * @throws SystemError that names it
 */
export async function keepToOurselves(path: string): Promise<void> {
  const { protectPath } = await import('../native/index.ts');
  protectPath(path, await ownRights());
}

/**
 * Gives a file, before it has content, what a mode means: one that keeps others out leaves it to this account, to
 * administrators and, to read, to the service; after another one it has the rights of the file that it is to take the place
 * of. Without one it has those of its folder.
 *
 * @throws SystemError that names it
 */
export async function keepRights(path: string, before: string, mode: number): Promise<void> {
  const { copyRights, protectPath } = await import('../native/index.ts');
  if ((mode & (OTHERS_READ | OTHERS_WRITE)) === 0) return protectPath(path, readByService(await ownRights()));
  if (await isThere(before)) copyRights(before, path);
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** @throws Error unless only those can enter a folder, and it is one */
export async function mustBePrivateOnWindows(folder: string): Promise<void> {
  const { ownSid, securityOfPath } = await import('../native/index.ts');
  if (!(await lstat(folder)).isDirectory()) throw new Error(`${folder} is not a folder`);
  const stranger = strangerTo(securityOfPath(folder), ['write', 'read'], ownSid());
  if (stranger) throw new Error(`${folder} ${await problemOf(stranger)}`);
}

async function problemOf({ sid, can }: Stranger): Promise<string> {
  const { nameOfSid } = await import('../native/index.ts');
  const name = nameOfSid(sid);
  return can === 'own'
    ? `is owned by ${name}; it must be owned by SYSTEM, Administrators or this account`
    : can === 'read'
      ? `can be read by ${name}; only SYSTEM, Administrators and this account may (icacls)`
      : `can be changed by ${name}; only SYSTEM, Administrators and this account may (icacls)`;
}
