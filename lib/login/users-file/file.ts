import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { codeOf, RexecError, reasonOf, Secret } from '../../base/index.ts';
import { plainText, readTrusted, type Trust } from '../../files/index.ts';
import { exactText } from '../../text/index.ts';
import type { Authenticator } from '../authenticator.ts';
import { ownIdentity } from '../identity.ts';
import { checkHash, hashPassword, verifyPassword } from './password-hash.ts';

/** A users file that must not be trusted or cannot be read; the message names the file, the line and the rule. */
export class UsersFileError extends RexecError {
  override readonly code = 'REXEC_USERS_FILE';
}

/** Names and their hashes, in the order of the file. */
export type Users = ReadonlyMap<string, string>;

/**
 * Users of the daemon's own: a file of `name:hash` lines (argon2id or scrypt, PHC format), `#` begins a comment.
 * Commands run as the daemon's account. Names are compared byte by byte. A change takes effect at the next login.
 */
export async function usersFile(path: string): Promise<Authenticator> {
  const file = new UsersFile(path);
  const identity = ownIdentity(); // the system's database may be slow: it is asked once
  await file.users();
  let decoy: Promise<string> | undefined;
  /** A hash that costs what those of the file cost; if the file has none, one of our own, made when it is needed. */
  const anyHashOf = async (users: Users): Promise<string> => {
    const [hash] = users.values();
    if (hash !== undefined) return hash;
    decoy ??= hashPassword(new Secret(Buffer.from('nobody')));
    return decoy;
  };
  return {
    async authenticate({ user, secret, vouched = false }) {
      const users = await file.users();
      const hash = users.get(user);
      if (vouched && hash !== undefined) return { accepted: true, identity };
      // SECURITY: an unknown user's password is compared too.
      const anyHash = await anyHashOf(users);
      const right = await verifyPassword(secret, hash ?? anyHash);
      if (hash === undefined) return { accepted: false, cause: 'unknown user' };
      if (secret.length === 0) return { accepted: false, cause: 'empty password' };
      return right ? { accepted: true, identity } : { accepted: false, cause: 'wrong password' };
    },
  };
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
    const stamp = await stat(this.#path, { bigint: true }).then(stampOf, () => undefined);
    if (stamp !== undefined && stamp === this.#last?.stamp) return this.#last.users;
    const users = parseUsers(this.#path, await readUsersText(this.#path));
    this.#last = stamp === undefined ? undefined : { stamp, users };
    return users;
  }
}

/** Tells a file from every other one and from itself before a change; undefined when it was changed just now. */
function stampOf({
  dev,
  ino,
  mode,
  uid,
  gid,
  size,
  mtimeNs,
  ctimeNs,
  ctimeMs,
}: BigIntStats): string | undefined {
  if (BigInt(Date.now()) - ctimeMs < SAME_TIME_MS) return undefined;
  return [dev, ino, mode, uid, gid, size, mtimeNs, ctimeNs].join(':');
}

const TRUST: Trust = {
  what: 'users file',
  forbidden: 0o077,
  rule: (mode) => `has mode ${mode}: only its owner may have access (chmod 600)`,
  links: true,
  byGroup: true, // as Kubernetes gives a secret to an account: root's, and of one of its groups
};

/** What the file says. @throws UsersFileError if it cannot be trusted; the system's own error if it cannot be opened */
export async function readUsersText(path: string): Promise<string> {
  try {
    return plainText(exactText(await readTrusted(path, TRUST)));
  } catch (cause) {
    if (codeOf(cause) !== '') throw cause;
    throw new UsersFileError(reasonOf(cause), { cause });
  }
}

/** @throws UsersFileError that names the line */
export function parseUsers(path: string, text: string): Users {
  const users = new Map<string, string>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '' || line.startsWith('#')) continue;
    const where = `users file ${path} line ${index + 1}`;
    const [, user, hash] = /^([^:]+):(\$.+)$/.exec(line) ?? [];
    if (user === undefined || hash === undefined) throw new UsersFileError(`${where}: expected name:hash`);
    try {
      checkHash(hash);
    } catch (cause) {
      throw new UsersFileError(`${where}: ${reasonOf(cause)}`, { cause });
    }
    users.set(user, hash);
  }
  return users;
}
