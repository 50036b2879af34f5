import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { Secret } from '../../../lib/base/index.ts';
import {
  type Authenticator,
  addUser,
  ownIdentity,
  UsersFileError,
  usersFile,
} from '../../../lib/login/index.ts';
import { BOUNDED, cheapHash } from '../../support/daemon/daemon.ts';

const ADA = `ada:${cheapHash('s3cret')}\n`;

function pathIn(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'rexecd-users-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, 'users');
}

function fileWith(t: TestContext, text: string, mode = 0o600): string {
  const path = pathIn(t);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

const says =
  (...words: RegExp[]) =>
  (error: unknown) => {
    assert.ok(error instanceof UsersFileError, String(error));
    assert.equal(error.code, 'REXEC_USERS_FILE');
    for (const word of words) assert.match(error.message, word);
    return true;
  };

async function cause(users: Authenticator, user: string, password: string): Promise<string | undefined> {
  const verdict = await users.authenticate({
    user,
    secret: new Secret(Buffer.from(password)),
    address: '192.0.2.7',
  });
  return verdict.accepted ? undefined : verdict.cause;
}

describe('a users file', BOUNDED, () => {
  it('lets its users in as the account of the daemon', async (t) => {
    const users = await usersFile(fileWith(t, `# people\n\n${ADA}`));
    const verdict = await users.authenticate({
      user: 'ada',
      secret: new Secret(Buffer.from('s3cret')),
      address: '192.0.2.7',
    });
    assert.deepEqual(verdict, { accepted: true, identity: ownIdentity() });
  });

  it('lets nobody else in', async (t) => {
    const users = await usersFile(fileWith(t, `${ADA}bob:${cheapHash('')}\n`));
    assert.equal(await cause(users, 'ada', 's3cret!'), 'wrong password');
    assert.equal(await cause(users, 'eve', 's3cret'), 'unknown user');
    assert.equal(await cause(users, 'eve', 'nobody'), 'unknown user'); // the decoy's own password
    assert.equal(await cause(users, 'ada', ''), 'empty password');
    assert.equal(await cause(users, 'bob', ''), 'empty password'); // though the hash is right
    assert.equal(await cause(users, '# people', ''), 'unknown user');
    assert.equal(await cause(await usersFile(fileWith(t, '')), 'ada', 's3cret'), 'unknown user');
  });

  it('compares names as bytes, and keeps them when a user is added', async (t) => {
    const path = fileWith(t, '');
    const line = Buffer.from(`gr\xfcn:${cheapHash('s3cret')}\n`, 'latin1');
    writeFileSync(path, line);
    await addUser(path, 'grün', new Secret(Buffer.from('other')));
    assert.ok(readFileSync(path).includes(line));
    const users = await usersFile(path);
    assert.equal(await cause(users, 'gr\udcfcn', 's3cret'), undefined); // byte 0xfc
    assert.equal(await cause(users, 'gr\ufffdn', 's3cret'), 'unknown user');
    assert.equal(await cause(users, 'grün', 's3cret'), 'wrong password');
    assert.equal(await cause(users, 'grün', 'other'), undefined);
  });

  it('takes as long for an unknown user as for its own', async (t) => {
    const cheap = await usersFile(fileWith(t, ADA));
    const whoever = await usersFile(fileWith(t, '')); // nobody to take a hash from: that of a new password
    const fastest = async (users: Authenticator): Promise<number> => {
      const times: number[] = [];
      for (let turn = 0; turn < 5; turn += 1) {
        const begin = performance.now();
        assert.equal(await cause(users, 'eve', 's3cret'), 'unknown user');
        times.push(performance.now() - begin);
      }
      return Math.min(...times);
    };
    const [asAda, control] = [await fastest(cheap), await fastest(whoever)];
    assert.ok(asAda < control / 2, `${asAda} ms, and ${control} ms where nobody is known`);
  });

  it('is read at each login, so that a change counts at once', async (t) => {
    const path = fileWith(t, ADA);
    const users = await usersFile(path);
    writeFileSync(path, `eve:${cheapHash('new')}\n`);
    assert.equal(await cause(users, 'ada', 's3cret'), 'unknown user');
    assert.equal(await cause(users, 'eve', 'new'), undefined);
    chmodSync(path, 0o644);
    await assert.rejects(cause(users, 'eve', 'new'), says(/mode 644/));
  });

  for (const mode of [0o644, 0o640, 0o604, 0o660, 0o601])
    it(`is refused by its name when its mode is ${mode.toString(8)}`, async (t) => {
      const path = fileWith(t, ADA, mode);
      await assert.rejects(usersFile(path), says(new RegExp(path), new RegExp(`mode ${mode.toString(8)}`)));
      await assert.rejects(addUser(path, 'eve', new Secret(Buffer.from('x'))), says(/mode/));
      assert.equal(readFileSync(path, 'utf8'), ADA);
    });

  it('may be behind links, whose change counts at once', async (t) => {
    const path = pathIn(t);
    const other = fileWith(t, `eve:${cheapHash('new')}\n`);
    symlinkSync(fileWith(t, ADA), path);
    const users = await usersFile(path);
    assert.equal(await cause(users, 'ada', 's3cret'), undefined);
    symlinkSync(other, `${path}.next`);
    renameSync(`${path}.next`, path);
    assert.equal(await cause(users, 'ada', 's3cret'), 'unknown user');
    assert.equal(await cause(users, 'eve', 'new'), undefined);
    assert.equal(await cause(await usersFile(path), 'eve', 'new'), undefined);
  });

  it('is refused when it is a directory, a pipe or missing', async (t) => {
    const path = pathIn(t);
    mkdirSync(path);
    await assert.rejects(usersFile(path), says(/not a regular file/));
    await assert.rejects(usersFile('/dev/null'), says(/not a regular file/));
    await assert.rejects(usersFile(`${path}.absent`), { code: 'ENOENT' });
  });

  it('is refused when it is larger than anyone needs', async (t) => {
    await assert.rejects(usersFile(fileWith(t, '#'.repeat(4 * 1024 * 1024 + 1))), says(/larger than/));
  });

  for (const line of ['ada', 'ada:', ':', `:${cheapHash('x')}`, 'ada s3cret', 'ada:s3cret', ' # people'])
    it(`is refused by the number of the line ${JSON.stringify(line)}`, async (t) => {
      const path = fileWith(t, `# people\n${ADA}${line}\n`);
      await assert.rejects(usersFile(path), says(new RegExp(path), /line 3/));
    });
});

describe('addUser', BOUNDED, () => {
  it('makes the file, for its owner only, and the user can log in', async (t) => {
    const path = pathIn(t);
    assert.equal(await addUser(path, 'ada', new Secret(Buffer.from('s3cret'))), 'added');
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(await cause(await usersFile(path), 'ada', 's3cret'), undefined);
    assert.deepEqual(readdirSync(join(path, '..')), ['users']);
    assert.ok(!readFileSync(path, 'latin1').includes('s3cret'));
  });

  it('changes one password and keeps everything else', async (t) => {
    const path = fileWith(t, `# people\n${ADA}ada2:${cheapHash('other')}\n`);
    assert.equal(await addUser(path, 'ada', new Secret(Buffer.from('new'))), 'changed');
    const users = await usersFile(path);
    assert.equal(await cause(users, 'ada', 's3cret'), 'wrong password');
    assert.equal(await cause(users, 'ada', 'new'), undefined);
    assert.equal(await cause(users, 'ada2', 'other'), undefined);
    assert.match(readFileSync(path, 'utf8'), /^# people$/m);
  });

  it('refuses a name or a password that the file or the wire cannot carry, and changes nothing', async (t) => {
    const path = fileWith(t, ADA);
    for (const name of ['', 'a:b', 'a\nb', '#a', ' a', 'a\0', 'u'.repeat(257), 'é'.repeat(129)])
      await assert.rejects(addUser(path, name, new Secret(Buffer.from('x'))), says(/user name/));
    for (const password of ['', 'p'.repeat(257), 'a\0b'])
      await assert.rejects(addUser(path, 'bob', new Secret(Buffer.from(password))), says(/password/));
    assert.equal(readFileSync(path, 'utf8'), ADA);
    assert.deepEqual(readdirSync(join(path, '..')), ['users']);
  });
});
