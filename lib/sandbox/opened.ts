import { constants, openSync } from 'node:fs';
import { basename, dirname } from 'node:path';

const O_PATH = 0o10000000;

/** Node would look for the paths that the descriptors have. */
export const BY_DESCRIPTOR = ['--preserve-symlinks', '--preserve-symlinks-main'];

/** A program whose files are reached by descriptors, so that the folders before them need not be entered. */
export interface Opened {
  /** What to execute. */
  readonly program: string;
  /** The folder of the code, which the program needs. */
  readonly descriptor: number;
  /** The same path by a descriptor, or as it is. It may stand at the end of an option. */
  path(path: string): string;
}

/** @throws Error of Node if this account cannot open them either */
export function openAll(program: string, files: readonly string[]): Opened {
  const folder = folderOf(files);
  const node = openSync(program, O_PATH);
  const descriptor = openSync(folder, O_PATH | constants.O_DIRECTORY);
  const opened = { program: `/proc/self/fd/${node}`, descriptor };
  const path = (each: string): string => {
    const at = each.indexOf(`${folder}/`);
    if (each === program) return opened.program;
    return at < 0 ? each : `${each.slice(0, at)}/proc/self/fd/${descriptor}${each.slice(at + folder.length)}`;
  };
  return { ...opened, path };
}

/** The deepest one that has all, from which each package is found. */
function folderOf(files: readonly string[]): string {
  const [first = ''] = files;
  let folder = dirname(first);
  while (folder !== '/' && !files.every((file) => file.startsWith(`${folder}/`))) folder = dirname(folder);
  return basename(folder) === 'node_modules' ? dirname(folder) : folder;
}
