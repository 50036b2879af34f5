import { open, rename, rm, stat } from 'node:fs/promises';
import { isWindows } from '../base/index.ts';
import { keepRights } from './windows-files.ts';

/** Whom a file belongs to. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Puts a file in its place at once, or not at all; nobody else can read it before it has its mode and owner. On Windows
 * only the system, its administrators and this account can use it after a mode that keeps others out; after another one it
 * keeps the rights of the file before, or has those of its folder.
 */
export async function replaceFile(
  path: string,
  content: string | Uint8Array,
  mode: number,
  owner?: Owner,
): Promise<void> {
  const temporary = `${path}.${process.pid}.new`;
  await rm(temporary, { force: true }); // of a process that had our number and was killed
  const file = await open(temporary, 'wx', 0o600);
  try {
    if (isWindows) await keepRights(temporary, path, mode);
    await file.writeFile(content);
    await file.chmod(mode);
    if (owner) await file.chown(owner.uid, owner.gid);
    await file.sync();
    await file.close();
    await rename(temporary, path);
  } catch (error) {
    await file.close().catch(() => {});
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Whom a file is to belong to after a change by root; undefined if it is new, or if this account is not root. */
export async function ownerToKeep(path: string): Promise<Owner | undefined> {
  return process.getuid?.() === 0 ? stat(path).catch(() => undefined) : undefined;
}
