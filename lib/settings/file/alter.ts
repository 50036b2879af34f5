import { chmod, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder, wordsOf } from '../../base/index.ts';
import { FileLockedError, locked } from '../../files/index.ts';
import { SettingsError } from '../errors.ts';
import { readSettingsText, replaceSettingsFile, targetOf } from './files.ts';

/** Who else has a say in a change of a settings file; an error leaves the file as it was. */
export interface Guard {
  /** Before the text is written. */
  readonly allow?: (text: string) => Promise<void>;
  /** Once it is written. */
  readonly confirm?: () => Promise<void>;
}

/**
 * One change of a settings file at a time; `change` gives its new text, undefined for none.
 *
 * @returns false if the file says so already
 * @throws SettingsError if the file cannot be read or written; what `change` and the guard throw
 */
export async function alter(
  path: string,
  change: (before: string | undefined) => string | undefined,
  { allow, confirm }: Guard,
): Promise<boolean> {
  const target = await forFile(path, () => targetOf(path));
  if (change(await readSettingsText(path, false)) === undefined) return false;
  return forFile(path, async () => {
    await openFolder(dirname(target));
    return locked(target, async () => {
      for (;;) {
        const before = await readSettingsText(path, false);
        const after = change(before);
        if (after === undefined || after === before) return false;
        await allow?.(after);
        if ((await readSettingsText(path, false)) !== before) continue; // an editor takes no notice of our lock
        await replaceSettingsFile(path, after);
        await confirm?.().catch(async (error) => {
          await putBack(path, before, after);
          throw error;
        });
        return true;
      }
    });
  });
}

/** Unless an editor has saved yet another text. */
async function putBack(path: string, before: string | undefined, after: string): Promise<void> {
  if ((await readSettingsText(path, false)) !== after) return;
  if (before === undefined) await rm(await targetOf(path));
  else await replaceSettingsFile(path, before);
}

/** Errors of the system get the name of the file; ours have it. */
async function forFile<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof FileLockedError) throw new SettingsError(cause.message, { cause });
    if (!(cause instanceof Error && 'syscall' in cause)) throw cause;
    throw new SettingsError(`${path}: ${wordsOf(cause)}`, { cause });
  }
}

async function openFolder(folder: string): Promise<void> {
  if (makeFolder(folder)) await chmod(folder, 0o755); // whatever the umask: the daemon must get in
}
