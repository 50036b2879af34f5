import * as crypto from 'node:crypto';
import { promisify } from 'node:util';
import type { Secret } from '../../base/index.ts';
import { RexecError } from '../../base/index.ts';

/** A password hash that cannot be read or is beyond the bounds below. */
export class PasswordHashError extends RexecError {}

const SALT_BYTES = 16;
const KEY_BYTES = 32;
const HIGHEST_MEMORY_KIB = 128 * 1024; // what one verification may take
const HIGHEST_PASSES = 64;

const ARGON2ID =
  /^\$argon2id\$v=19\$m=(?<m>\d{1,9}),t=(?<t>\d{1,3}),p=(?<p>\d{1,2})\$(?<salt>[\w+/]+)\$(?<key>[\w+/]+)$/;
const SCRYPT =
  /^\$scrypt\$ln=(?<ln>\d{1,2}),r=(?<r>\d{1,2}),p=(?<p>\d{1,2})\$(?<salt>[\w+/]+)\$(?<key>[\w+/]+)$/;

type Derive = (secret: Buffer) => Promise<Buffer>;

const scrypt = promisify<Buffer, Buffer, number, crypto.ScryptOptions, Buffer>(crypto.scrypt);

/** Hashes a new password: argon2id where this Node has it (24.7 and up), scrypt otherwise; PHC string format. */
export async function hashPassword(secret: Secret): Promise<string> {
  const salt = encode(crypto.randomBytes(SALT_BYTES));
  const blank = encode(Buffer.alloc(KEY_BYTES));
  const head = 'argon2' in crypto ? '$argon2id$v=19$m=19456,t=2,p=1' : '$scrypt$ln=15,r=8,p=1';
  const { derive } = readHash(`${head}$${salt}$${blank}`);
  return `${head}$${salt}$${encode(await derive(secret.bytes))}`;
}

/**
 * Compares in constant time, off the main thread.
 *
 * @throws PasswordHashError when `hash` is not an argon2id or scrypt hash this Node can compute
 */
export async function verifyPassword(secret: Secret, hash: string): Promise<boolean> {
  const { derive, key } = readHash(hash);
  return crypto.timingSafeEqual(await derive(secret.bytes), key);
}

/** @throws PasswordHashError when `hash` could never be verified here */
export function checkHash(hash: string): void {
  readHash(hash);
}

function readHash(hash: string): { derive: Derive; key: Buffer } {
  const argon2id = ARGON2ID.exec(hash)?.groups;
  const scryptHash = SCRYPT.exec(hash)?.groups;
  const { salt = '', key = '' } = argon2id ?? scryptHash ?? {};
  const parts = { salt: Buffer.from(salt, 'base64'), key: Buffer.from(key, 'base64') };
  if (parts.salt.length < 8 || parts.key.length < 16) {
    throw new PasswordHashError(
      'expected an $argon2id$ or $scrypt$ hash with a salt of at least 8 bytes and a key of at least 16',
    );
  }
  const derive = argon2id ? argon2idBy(argon2id, parts) : scryptBy(scryptHash ?? {}, parts);
  return { derive, key: parts.key };
}

type Parts = { salt: Buffer; key: Buffer };
type Numbers = Readonly<Record<string, string>>;

function argon2idBy({ m, t, p }: Numbers, { salt, key }: Parts): Derive {
  if (!('argon2' in crypto))
    throw new PasswordHashError('argon2id hashes need Node.js 24.7 or newer; use scrypt');
  const settings = {
    memory: Number(m),
    passes: Number(t),
    parallelism: Number(p),
    nonce: salt,
    tagLength: key.length,
  };
  bounded(settings.memory, settings.passes * settings.parallelism);
  const argon2 = promisify(crypto.argon2);
  return async (message) => Buffer.from(await argon2('argon2id', { message, ...settings }));
}

function scryptBy({ ln, r, p }: Numbers, { salt, key }: Parts): Derive {
  const settings = { N: 2 ** Number(ln), r: Number(r), p: Number(p), maxmem: 2 * HIGHEST_MEMORY_KIB * 1024 };
  bounded((settings.N * settings.r) / 8, settings.p);
  return (secret) => scrypt(secret, salt, key.length, settings);
}

function bounded(memoryKib: number, passes: number): void {
  if (memoryKib < 8 || memoryKib > HIGHEST_MEMORY_KIB || passes < 1 || passes > HIGHEST_PASSES) {
    throw new PasswordHashError(
      `the hash must use 8 to ${HIGHEST_MEMORY_KIB} KiB of memory and 1 to ${HIGHEST_PASSES} passes`,
    );
  }
}

const encode = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');
