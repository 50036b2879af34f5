import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { codeOf } from '../../../../base/index.ts';

/** Where files of that name are: in the user's own folder, by the XDG base directory specification, then in the machine's. */
export function configFiles(name: string): string[] {
  const { XDG_CONFIG_HOME: named = '', HOME = homeOfUser() } = process.env;
  const parent = isAbsolute(named) ? named : isAbsolute(HOME) ? join(HOME, '.config') : undefined;
  const folders = [...(parent === undefined ? [] : [join(parent, 'rexec')]), '/etc/rexec'];
  return folders.map((folder) => join(folder, name));
}

/**
 * The tables of a TOML file that only root and this account may have written; undefined if there is none.
 *
 * @throws SettingsError that names the file, and the line if it is not TOML
 */
export async function tablesOf(path: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    await stat(path);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(codeOf(error))) return undefined;
    throw error;
  }
  const { readDocument } = await import('../../../../settings/index.ts'); // only now: most users have no such file
  return (await readDocument(path, false))?.values;
}

/** Whether a value of a TOML file is a table. */
export const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function homeOfUser(): string {
  try {
    return homedir();
  } catch {
    return ''; // a uid that the user database does not know
  }
}
