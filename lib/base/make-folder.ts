import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf } from './reason.ts';

/**
 * Makes a folder, and those above it that are missing. Node's own `recursive` never ends where a folder that exists says
 * ENOENT to a new one, as /proc does.
 *
 * @param mode of each folder that is made, less the umask
 * @returns whether it was missing
 * @throws the system's error, with the path of the folder that cannot be made
 */
export function makeFolder(path: string, mode = 0o777): boolean {
  try {
    return made(path, mode);
  } catch (error) {
    const above = dirname(path);
    if (codeOf(error) !== 'ENOENT' || above === path) throw error;
    makeFolder(above, mode);
    return made(path, mode);
  }
}

function made(path: string, mode: number): boolean {
  try {
    mkdirSync(path, { mode });
    return true;
  } catch (error) {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return false;
    throw error;
  }
}
