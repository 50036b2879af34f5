import type { BigIntStats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { readTrusted, replaceFile, type Trust } from '../files/index.ts';
import type { Authenticator } from './authenticator.ts';
import { ownIdentity } from './identity.ts';
import { checkHash, hashPassword, verifyPassword } from './password-hash.ts';

/** A users file that must not be trusted or cannot be read; the message names the file, the line and the rule. */
export class UsersFileError extends Error {
  readonly code = 'REXEC_USERS_FILE';
}

type Users = ReadonlyMap<string, string>;

/**
 * Users of the daemon's own: a file of `name:hash` lines (argon2id or scrypt, PHC format), `#` begins a comment.
 * Commands run as the daemon's account. A change takes effect at the next login.
 */
export async function usersFile(path: string): Promise<Authenticator> {
  const file = new UsersFile(path);
  await file.users();
  let decoy: Promise<string> | undefined;
  /** A hash that costs what those of the file cost; if the file has none, one of our own, made when it is needed. */
  const anyHashOf = async (users: Users): Promise<string> => {
    const [hash] = users.values();
    if (hash !== undefined) return hash;
    decoy ??= hashPassword(Buffer.from('nobody'));
    return decoy;
  };
  return {
    async authenticate({ user, secret, vouched = false }) {
      const users = await file.users();
      const hash = users.get(user);
      if (vouched && hash !== undefined) return { accepted: true, identity: ownIdentity() };
      // SECURITY: an unknown user's password is compared too.
      const anyHash = await anyHashOf(users);
      const right = await verifyPassword(secret, hash ?? anyHash);
      if (hash === undefined) return { accepted: false, cause: 'unknown user' };
      if (secret.length === 0) return { accepted: false, cause: 'empty password' };
      return right
        ? { accepted: true, identity: ownIdentity() }
        : { accepted: false, cause: 'wrong password' };
    },
  };
}

/** Adds a user or replaces its password, atomically; creates the file with mode 0600 if it is missing. */
export async function addUser(path: string, user: string, secret: Buffer): Promise<'added' | 'changed'> {
  if (!/^[^:#\s\x00-\x1f\x7f][^:\n\x00-\x1f\x7f]*$/.test(user) || Buffer.byteLength(user) > 256) {
    throw new UsersFileError(
      `invalid user name ${JSON.stringify(user)}: must be 1 to 256 bytes, without colons or control characters, and not begin with "#" or a space`,
    );
  }
  if (secret.length === 0 || secret.length > 256 || secret.includes(0)) {
    throw new UsersFileError('invalid password: must be 1 to 256 bytes without NUL');
  }
  const text = await readText(path).catch((error) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const others = text.split('\n').filter((line) => line !== '' && !line.startsWith(`${user}:`));
  const line = `${user}:${await hashPassword(secret)}`;
  await replaceFile(path, `${[...others, line].join('\n')}\n`, 0o600);
  return parseUsers(path, text).has(user) ? 'changed' : 'added';
}

/** A change within this time of the one before may bear the same time as it. */
const SAME_TIME_MS = 1000n;

/** The users as the file has them now; it is only read when it is not the one that was read last. */
class UsersFile {
  readonly #path: string;
  #last: { readonly stamp: string; readonly users: Users } | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  async users(): Promise<Users> {
    const stamp = stampOf(await lstat(this.#path, { bigint: true }));
    if (stamp !== undefined && stamp === this.#last?.stamp) return this.#last.users;
    const users = parseUsers(this.#path, await readText(this.#path));
    this.#last = stamp === undefined ? undefined : { stamp, users };
    return users;
  }
}

/** Tells a file from every other one and from itself before a change; undefined when it was changed just now. */
function stampOf({ dev, ino, mode, uid, size, mtimeNs, ctimeNs, ctimeMs }: BigIntStats): string | undefined {
  if (BigInt(Date.now()) - ctimeMs < SAME_TIME_MS) return undefined;
  return [dev, ino, mode, uid, size, mtimeNs, ctimeNs].join(':');
}

const TRUST: Trust = {
  what: 'users file',
  forbidden: 0o077,
  rule: 'only its owner may have access (chmod 600)',
  links: false,
};

async function readText(path: string): Promise<string> {
  try {
    return (await readTrusted(path, TRUST)).toString('utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== undefined) throw cause;
    throw new UsersFileError((cause as Error).message, { cause });
  }
}

function parseUsers(path: string, text: string): Users {
  const users = new Map<string, string>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '' || line.startsWith('#')) continue;
    const where = `users file ${path} line ${index + 1}`;
    const [, user, hash] = /^([^:]+):(\$.+)$/.exec(line) ?? [];
    if (user === undefined || hash === undefined) throw new UsersFileError(`${where}: expected name:hash`);
    try {
      checkHash(hash);
    } catch (cause) {
      throw new UsersFileError(`${where}: ${(cause as Error).message}`, { cause });
    }
    users.set(user, hash);
  }
  return users;
}
