import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_PORT } from '../../../codec/index.ts';
import { readOrEmpty } from '../read-or-empty.ts';

/** A service of inetd or xinetd: where it is written, and how. */
export interface InetdEntry {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

const SERVICE = 'exec'; // of the default port, services(5)
const LINES = ['/etc/inetd.conf', '/etc/inetd.d'];
const BLOCKS = ['/etc/xinetd.conf', '/etc/xinetd.d'];

/** The line that makes inetd listen on a port, or the block of xinetd. */
export function inetdEntryFor(port: number): InetdEntry | undefined {
  const names = port === DEFAULT_PORT ? [SERVICE, `${port}`] : [`${port}`];
  const isLine = new RegExp(String.raw`^\s*(?:[^\s#]*:)?(?:${names.join('|')})\s+stream\s`);
  const isBlock = new RegExp(String.raw`^\s*service\s+(?:${names.join('|')})\b`);
  return find(LINES, isLine) ?? find(BLOCKS, isBlock);
}

function find(places: readonly string[], wanted: RegExp): InetdEntry | undefined {
  for (const file of places.flatMap(filesOf))
    for (const [index, text] of readOrEmpty(file).split('\n').entries())
      if (wanted.test(text)) return { file, line: index + 1, text: text.trim().replaceAll(/\s+/g, ' ') };
  return undefined;
}

/** A file, or those of a folder. */
function filesOf(path: string): string[] {
  try {
    return readdirSync(path)
      .sort()
      .map((name) => join(path, name));
  } catch {
    return [path];
  }
}
