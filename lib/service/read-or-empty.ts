import { readdirSync, readFileSync } from 'node:fs';

/** The text of a file; empty if it cannot be read, as one in /proc whose process has ended. */
export function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** The names in a folder; none if it cannot be read, as those in /proc of a machine that has none. */
export function namesOrNone(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
