import assert from 'node:assert/strict';
import * as crypto from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { Secret } from '../../../lib/base/index.ts';
import { usersFile } from '../../../lib/login/index.ts';
import { BOUNDED, cheapHash } from '../../support/daemon/daemon.ts';

const hasArgon2 = 'argon2' in crypto;
const SALT = 'c2FsdHNhbHQ'; // saltsalt
const KEY = 'A'.repeat(43); // 32 bytes
const SHORT_KEY = 'AAAAAAAAAAAAAAAAAAAA'; // 15 bytes

const REFUSED = {
  'plain text': '$s3cret',
  'MD5 of crypt(3)': '$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/',
  'SHA-512 of crypt(3)': `$6$saltsalt$${'a'.repeat(86)}`,
  bcrypt: `$2b$12$${'a'.repeat(53)}`,
  argon2i: `$argon2i$v=19$m=64,t=1,p=1$${SALT}$${KEY}`,
  argon2d: `$argon2d$v=19$m=64,t=1,p=1$${SALT}$${KEY}`,
  'an older argon2id': `$argon2id$v=16$m=64,t=1,p=1$${SALT}$${KEY}`,
  'argon2id of more than 128 MiB': `$argon2id$v=19$m=131073,t=1,p=1$${SALT}$${KEY}`,
  'argon2id of a terabyte': `$argon2id$v=19$m=999999999,t=1,p=1$${SALT}$${KEY}`,
  'argon2id of too many passes': `$argon2id$v=19$m=64,t=65,p=1$${SALT}$${KEY}`,
  'argon2id of no pass': `$argon2id$v=19$m=64,t=0,p=1$${SALT}$${KEY}`,
  'argon2id of no memory': `$argon2id$v=19$m=0,t=1,p=1$${SALT}$${KEY}`,
  'scrypt of more than 128 MiB': `$scrypt$ln=18,r=8,p=1$${SALT}$${KEY}`,
  'scrypt beyond every number': `$scrypt$ln=99,r=99,p=1$${SALT}$${KEY}`,
  'scrypt of too many passes': `$scrypt$ln=4,r=8,p=65$${SALT}$${KEY}`,
  'scrypt of no block': `$scrypt$ln=4,r=0,p=1$${SALT}$${KEY}`,
  'a short key': `$scrypt$ln=4,r=8,p=1$${SALT}$${SHORT_KEY}`,
  'a short salt': `$scrypt$ln=4,r=8,p=1$AAAA$${KEY}`,
  'an empty key': `$scrypt$ln=4,r=8,p=1$${SALT}$`,
  'something behind it': `${cheapHash('x')}$more`,
} as const;

async function usersWith(t: TestContext, hash: string) {
  const directory = mkdtempSync(join(tmpdir(), 'rexecd-hash-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  writeFileSync(join(directory, 'users'), `ada:${hash}\n`, { mode: 0o600 });
  return usersFile(join(directory, 'users'));
}

async function assertVerifies(t: TestContext, hash: string): Promise<void> {
  const users = await usersWith(t, hash);
  for (const [password, right] of [
    ['s3cret', true],
    ['s3cret ', false],
    ['S3cret', false],
    ['', false],
  ] as const) {
    const { accepted } = await users.authenticate({
      user: 'ada',
      secret: new Secret(Buffer.from(password)),
      address: '192.0.2.7',
    });
    assert.equal(accepted, right, password);
  }
}

describe('a password hash', BOUNDED, () => {
  it('of scrypt is verified', (t) => assertVerifies(t, cheapHash('s3cret')));

  it('of argon2id is verified', { skip: !hasArgon2 && 'this Node has no argon2' }, async (t) => {
    const nonce = Buffer.from(SALT, 'base64');
    const settings = { memory: 64, passes: 1, parallelism: 1, tagLength: 32, nonce };
    const key = crypto.argon2Sync('argon2id', { message: 's3cret', ...settings });
    const spelled = key.toString('base64').replaceAll('=', '');
    await assertVerifies(t, `$argon2id$v=19$m=64,t=1,p=1$${SALT}$${spelled}`);
  });

  it('is of bytes, not of text', async (t) => {
    const users = await usersWith(t, cheapHash('caf\u00e9')); // UTF-8
    const judge = (bytes: Buffer) =>
      users.authenticate({ user: 'ada', secret: new Secret(bytes), address: '192.0.2.7' });
    assert.equal((await judge(Buffer.from('café', 'utf8'))).accepted, true);
    assert.equal((await judge(Buffer.from('café', 'latin1'))).accepted, false);
  });

  for (const [what, hash] of Object.entries(REFUSED))
    it(`is refused before any login when it is ${what}`, (t) =>
      assert.rejects(usersWith(t, hash), { code: 'REXEC_USERS_FILE', message: /line 1/ }));
});
