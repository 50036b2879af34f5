import { readFileSync } from 'node:fs';

/** The text of a file; empty if it cannot be read, as one in /proc whose process has ended. */
export function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
