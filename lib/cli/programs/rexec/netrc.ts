import { isUtf8 } from 'node:buffer';
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { codeOf, RexecError, reasonOf, Secret, wordsOf } from '../../../base/index.ts';
import { plainBytes } from '../../../files/index.ts';
import { NetrcWords } from './netrc-words.ts';

/** What a .netrc has for a host. The caller takes over the password. */
export interface NetrcEntry {
  readonly login?: string;
  readonly password?: Secret;
}

/** A .netrc must not be used, or cannot be read; the message names the file. */
export class NetrcError extends RexecError {}

/** How a .netrc is read. */
export interface NetrcOptions {
  /** The password comes from elsewhere: the file may be one that others can read. */
  readonly passwordKnown?: boolean;
  /** Gets why ~/.netrc, which nobody has to have, is not read. */
  readonly warn?: (text: string) => void;
}

const OTHERS_MAY_READ = 0o077;
const LARGEST_BYTES = 4 * 1024 * 1024;

/**
 * The entry for the host in NETRC, or ~/.netrc, as rexec(3) reads it: the first one of that machine, or the default, that
 * has the login or names none. Undefined if there is no such entry.
 *
 * @throws NetrcError if the file of NETRC cannot be read, or if others may read a file with the password
 */
export function netrcEntry(
  host: string,
  login: string | undefined,
  { passwordKnown = false, warn = () => {} }: NetrcOptions = {},
): NetrcEntry | undefined {
  const { NETRC: named } = process.env;
  let file: { bytes: Buffer; mode: number; path: string } | undefined;
  try {
    file = readNetrc(named || join(home(), '.netrc'));
  } catch (cause) {
    if (named) throw new NetrcError(reasonOf(cause), { cause });
    if (codeOf(cause) !== 'ENOENT') warn(`~/.netrc is not read: ${wordsOf(cause)}`);
    return undefined;
  }
  const { bytes, mode, path } = file;
  try {
    const found = findEntry(bytes, host, login);
    if (!found) return undefined;
    if (passwordKnown) found.password?.wipe();
    else if (found.password && mode & OTHERS_MAY_READ && found.login !== 'anonymous')
      throw new NetrcError(`${path}: contains a password and must not be readable by others (chmod 600)`);
    return passwordKnown ? { ...(found.login !== undefined && { login: found.login }) } : found;
  } finally {
    bytes.fill(0);
  }
}

function home(): string {
  const { HOME } = process.env;
  const folder = HOME ?? homedir(); // which throws for a uid that the user database does not know
  if (folder === '') throw new Error('HOME is empty');
  return folder;
}

/** What is checked is what is read; a pipe in its place must not hold us up. */
function readNetrc(path: string): { bytes: Buffer; mode: number; path: string } {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) throw new Error(`${path} is not a regular file`);
    if (stats.size > LARGEST_BYTES) throw new Error(`${path} is larger than ${LARGEST_BYTES} bytes`);
    const bytes = readFileSync(file);
    try {
      return { bytes: plainBytes(bytes), mode: stats.mode, path };
    } catch (error) {
      throw new Error(`${path} ${reasonOf(error)}`);
    }
  } finally {
    closeSync(file);
  }
}

interface Found {
  login?: string;
  password?: Secret;
  /** It has two logins, or another one than was asked for. */
  unfit?: boolean;
}

function findEntry(bytes: Buffer, host: string, wanted: string | undefined): NetrcEntry | undefined {
  const words = new NetrcWords(bytes);
  let entry: Found | undefined; // of the machine that is asked for
  for (let keyword = words.keyword(); keyword !== undefined; keyword = words.keyword()) {
    if (keyword === 'machine' || keyword === 'default') {
      if (entry && !entry.unfit) break;
      entry?.password?.wipe();
      entry = keyword === 'default' || isSameHost(words.value(), host) ? {} : undefined;
    } else if (keyword === 'login') {
      const word = words.value();
      if (!entry || word === undefined) continue;
      if (!isUtf8(word)) throw new NetrcError(`.netrc: the login for ${host} is not UTF-8`);
      const login = word.toString('utf8');
      entry.login ??= login;
      entry.unfit ||= login !== (wanted ?? entry.login);
    } else if (keyword === 'password' || keyword === 'passwd') {
      const password = words.value();
      if (entry && !entry.password && password) entry.password = new Secret(password);
      else password?.fill(0);
    } else if (keyword === 'account') words.value()?.fill(0);
    else if (keyword === 'macdef') words.skipMacro();
  }
  if (entry && !entry.unfit) return entry;
  entry?.password?.wipe();
  return undefined;
}

/** A host of this machine's own domain may have its first name only. */
function isSameHost(word: Buffer | undefined, host: string): boolean {
  const name = word?.toString('latin1').toLowerCase();
  const [own, ours] = [host.toLowerCase(), hostname().toLowerCase()];
  if (name === undefined || name === own) return name !== undefined;
  const [dot, ourDot] = [own.indexOf('.'), ours.indexOf('.')];
  return dot > 0 && ourDot >= 0 && own.slice(dot) === ours.slice(ourDot) && name === own.slice(0, dot);
}
