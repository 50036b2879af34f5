import { chmod, chown, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { SettingsError } from './errors.ts';
import { type Policy, readPolicy } from './policy.ts';
import { TomlDocument } from './toml-document.ts';

export const SETTINGS_FILE = '/etc/rexecd/rexecd.toml';
export const POLICY_FILE = '/etc/rexecd/policy.toml';

const OTHERS_WRITE = 0o022;

/**
 * Reads a settings or policy file.
 *
 * @returns undefined where there is none and it need not be there
 * @throws SettingsError when it is missing, cannot be trusted or is not TOML
 */
export async function readDocument(path: string, required: boolean): Promise<TomlDocument | undefined> {
  try {
    const { mode, uid } = await stat(path);
    // SECURITY: it decides who may log in, so nobody else may have written it.
    if (mode & OTHERS_WRITE) throw new SettingsError(`${path} can be written by others (chmod go-w)`);
    if (uid !== 0 && uid !== process.getuid?.())
      throw new SettingsError(`${path} belongs to uid ${uid}: it must be root's or this account's`);
    return new TomlDocument(path, await readFile(path, 'utf8'));
  } catch (cause) {
    if (cause instanceof SettingsError) throw cause;
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !required) return undefined;
    throw new SettingsError(`${path}: ${message}`, { cause });
  }
}

/** @throws SettingsError as {@link readDocument}, and for a rule about nothing */
export async function loadPolicy(path: string, required: boolean): Promise<Policy | undefined> {
  const document = await readDocument(path, required);
  return document && readPolicy(path, document);
}

/** Puts a new text in the place of a file at once, or not at all; mode and owner stay what they were. */
export async function replaceFile(path: string, text: string, mode = 0o644): Promise<void> {
  const before = await stat(path).catch(() => undefined);
  const temporary = `${path}.${process.pid}.new`;
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
    await file.close();
    await chmod(temporary, before ? before.mode & 0o7777 : mode);
    if (before && process.getuid?.() === 0) await chown(temporary, before.uid, before.gid);
    await rename(temporary, path);
  } catch (error) {
    await file.close().catch(() => {});
    await rm(temporary, { force: true });
    throw error;
  }
}
