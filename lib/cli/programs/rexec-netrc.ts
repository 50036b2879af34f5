import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** What a .netrc says of a machine. The password is the caller's to wipe. */
export interface NetrcEntry {
  readonly login?: string;
  readonly password?: Buffer;
}

/** A .netrc must not be used, or cannot be read; the message names the file. */
export class NetrcError extends Error {}

const SEPARATORS = [0x20, 0x09, 0x0a, 0x0d, 0x2c]; // space, tab, line ends, and the comma of rexec(3)
const [QUOTE, BACKSLASH, NEWLINE] = [0x22, 0x5c, 0x0a];
const OTHERS_MAY_READ = 0o077;

/**
 * The entry for the host in NETRC, or ~/.netrc: the first one of that machine, or the default, that has the login or
 * names none. Undefined if there is no such entry. Like rexec(3), it refuses a file with a password that others may read.
 */
export function netrcEntry(host: string, login: string | undefined): NetrcEntry | undefined {
  const { NETRC: named } = process.env;
  const path = named || join(homedir(), '.netrc');
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    if (!named && (cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new NetrcError((cause as Error).message, { cause });
  }
  try {
    const found = findEntry(bytes, host, login);
    if (found?.password && statSync(path).mode & OTHERS_MAY_READ && found.login !== 'anonymous')
      throw new NetrcError(`${path}: contains a password and must not be readable by others (chmod 600)`);
    return found;
  } finally {
    bytes.fill(0);
  }
}

function findEntry(bytes: Buffer, host: string, login: string | undefined): NetrcEntry | undefined {
  let entry: { login?: string; password?: Buffer } | undefined; // of the machine we want
  const fits = () => entry && (login === undefined || entry.login === undefined || entry.login === login);
  const words = wordsOf(bytes);
  for (const word of words) {
    const keyword = word.toString('latin1');
    if (keyword === 'machine' || keyword === 'default') {
      if (fits()) break;
      entry?.password?.fill(0);
      const wanted = keyword === 'default' || sameHost(words.next().value, host);
      entry = wanted ? {} : undefined;
    } else if (keyword === 'login' || keyword === 'password' || keyword === 'account') {
      const value = words.next().value ?? Buffer.alloc(0);
      if (entry && keyword === 'login') entry.login = value.toString('utf8');
      if (entry && keyword === 'password') entry.password = value;
      else value.fill(0);
    } else if (keyword === 'macdef') words.next(MACRO);
  }
  if (fits()) return entry;
  entry?.password?.fill(0);
  return undefined;
}

const sameHost = (word: Buffer | undefined, host: string): boolean =>
  word?.toString('latin1').toLowerCase() === host.toLowerCase();

const MACRO = 'macro';

/** Words of the file, quotes taken off; each is a copy. `next(MACRO)` continues after the empty line that ends a macro. */
function* wordsOf(bytes: Buffer): Generator<Buffer, undefined, typeof MACRO | undefined> {
  for (let at = 0; at < bytes.length; ) {
    if (SEPARATORS.includes(bytes[at]!)) at += 1;
    else if (bytes[at] === 0x23 && (at === 0 || bytes[at - 1] === NEWLINE)) at = endOfLine(bytes, at);
    else {
      const [word, next] = wordAt(bytes, at);
      at = next;
      if ((yield word) === MACRO) {
        const end = bytes.indexOf('\n\n', at);
        at = end === -1 ? bytes.length : end + 2;
        yield Buffer.alloc(0);
      }
    }
  }
  return undefined;
}

const endOfLine = (bytes: Buffer, at: number): number => {
  const end = bytes.indexOf(NEWLINE, at);
  return end === -1 ? bytes.length : end;
};

function wordAt(bytes: Buffer, start: number): [word: Buffer, next: number] {
  const word: number[] = [];
  const quoted = bytes[start] === QUOTE;
  let at = quoted ? start + 1 : start;
  for (; at < bytes.length; at += 1) {
    if (quoted ? bytes[at] === QUOTE : SEPARATORS.includes(bytes[at]!)) break;
    if (bytes[at] === BACKSLASH && at + 1 < bytes.length) at += 1;
    word.push(bytes[at]!);
  }
  const copy = Buffer.from(word);
  word.fill(0);
  return [copy, quoted ? at + 1 : at];
}
