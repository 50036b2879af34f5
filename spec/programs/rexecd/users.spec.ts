import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { cheapHash, PASSWORD, USER } from '../../support/daemon/daemon.ts';
import { PATIENT, run, startRexecd, temporaryFolder, usersFileOf } from '../../support/program.ts';

const HOST = '127.0.0.1';
const login = (password: string, port: number) => [
  '-l',
  USER,
  '-p',
  password,
  '--port',
  `${port}`,
  HOST,
  'echo in',
];
const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

const REFUSED = [
  ['an empty password', USER, '', /^rexecd: invalid password: must be 1 to 256 bytes without NUL\n$/],
  [
    'a password that is only a newline',
    USER,
    '\n',
    /^rexecd: invalid password: must be 1 to 256 bytes without NUL\n$/,
  ],
  [
    'a password of 257 bytes',
    USER,
    'p'.repeat(257),
    /^rexecd: invalid password: must be 1 to 256 bytes without NUL\n$/,
  ],
  [
    'an endless password',
    USER,
    'p'.repeat(100_000),
    /^rexecd: standard input: the password is longer than 4096 bytes\n$/,
  ],
  ['a NUL in the password', USER, 'a\0b', /^rexecd: invalid password: must be 1 to 256 bytes without NUL\n$/],
  ['a colon in the name', 'a:b', 'x', /^rexecd: invalid user name "a:b": .*\n$/],
  ['an empty name', '', 'x', /^rexecd: invalid user name "": .*\n$/],
  ['a newline in the name', 'a\nb', 'x', /^rexecd: invalid user name "a\\nb": .*\n$/],
  ['a name that would be a comment', '#a', 'x', /^rexecd: invalid user name "#a": .*\n$/],
  ['a name of 257 bytes', 'u'.repeat(257), 'x', /^rexecd: invalid user name .*\n$/],
] as const;

describe('rexecd --add-user', PATIENT, () => {
  it('adds a user, changes the password, and keeps the others', async (t) => {
    const file = join(temporaryFolder(t), 'users');
    const add = (user: string, stdin: string) =>
      run(t, 'rexecd', ['--users', file, '--add-user', user], { stdin });
    assert.deepEqual(await add(USER, 'first\n'), { stdout: `${USER}: added\n`, stderr: '', status: 0 });
    assert.equal(mode(file), '600');
    assert.deepEqual(await add('bob', 'other'), { stdout: 'bob: added\n', stderr: '', status: 0 });
    assert.deepEqual(await add(USER, 'second'), { stdout: `${USER}: changed\n`, stderr: '', status: 0 });
    assert.equal(mode(file), '600');
    const text = readFileSync(file, 'utf8');
    assert.deepEqual(text.match(/^[^:]+(?=:)/gm), ['bob', USER]);
    assert.doesNotMatch(text, /first|second|other/);

    const { port } = await startRexecd(t, ['--users', file]);
    assert.equal((await run(t, 'rexec', login('first', port))).status, 77);
    assert.deepEqual(await run(t, 'rexec', login('second', port)), { stdout: 'in\n', stderr: '', status: 0 });
  });

  it('counts at once for a daemon that runs', async (t) => {
    const file = usersFileOf(t);
    const { port } = await startRexecd(t, ['--users', file]);
    await run(t, 'rexecd', ['--users', file, '--add-user', USER], { stdin: 'changed' });
    assert.equal((await run(t, 'rexec', login(PASSWORD, port))).status, 77);
    assert.equal((await run(t, 'rexec', login('changed', port))).status, 0);
  });

  it('loses no user when eight are added at the same time, and keeps the owner of the file (E3)', async (t) => {
    const file = join(temporaryFolder(t), 'users');
    writeFileSync(file, '', { mode: 0o600 });
    if (process.getuid?.() === 0) chownSync(file, 0, 1000);
    const names = Array.from({ length: 8 }, (_, index) => `user${index}`);
    const add = (user: string) =>
      run(t, 'rexecd', ['--users', file, '--add-user', user], { stdin: 'secret' });
    const said = await Promise.all(names.map(add));
    assert.deepEqual(
      said.map(({ stdout, stderr }) => stdout + stderr),
      names.map((name) => `${name}: added\n`),
    );
    const { stdout } = await run(t, 'rexecd', ['--users', file, '--list-users']);
    assert.deepEqual(stdout.trim().split('\n').sort(), names);
    assert.deepEqual(readdirSync(join(file, '..')), ['users']);
    if (process.getuid?.() === 0) assert.equal(statSync(file).gid, 1000);
  });

  for (const [what, user, stdin, says] of REFUSED)
    it(`refuses ${what}, and leaves no file`, async (t) => {
      const file = join(temporaryFolder(t), 'users');
      const { stdout, stderr, status } = await run(t, 'rexecd', ['--users', file, '--add-user', user], {
        stdin,
      });
      assert.deepEqual([stdout, status], ['', 1]);
      assert.match(stderr, says);
      assert.ok(!existsSync(file));
    });

  it('needs a users file', async (t) => {
    const { stderr, status } = await run(t, 'rexecd', ['--add-user', USER], { stdin: 'x' });
    assert.deepEqual([stderr, status], ['rexecd: --add-user needs --users FILE\n', 1]);
  });

  it('does not touch a file that others may read', async (t) => {
    const file = usersFileOf(t);
    chmodSync(file, 0o644);
    const before = readFileSync(file, 'utf8');
    const { stderr, status } = await run(t, 'rexecd', ['--users', file, '--add-user', 'bob'], { stdin: 'x' });
    assert.equal(status, 1);
    assert.match(stderr, /has mode 644/);
    assert.equal(readFileSync(file, 'utf8'), before);
  });
});

describe('rexecd --list-users and --remove-user (E24)', PATIENT, () => {
  const text = `\ufeff# people\r\n${USER}:${cheapHash(PASSWORD)}\r\nada2:${cheapHash('x')}\r\n`;

  it('list the names, and remove one without touching the others', async (t) => {
    const file = usersFileOf(t);
    writeFileSync(file, text);
    const users = (...words: string[]) => run(t, 'rexecd', ['--users', file, ...words]);
    assert.deepEqual(await users('--list-users'), { stdout: 'ada\nada2\n', stderr: '', status: 0 });
    assert.deepEqual(await users('--remove-user', USER), {
      stdout: 'ada: removed\n',
      stderr: '',
      status: 0,
    });
    assert.equal(readFileSync(file, 'utf8'), `# people\nada2:${cheapHash('x')}\n`);
    assert.equal(mode(file), '600');
    assert.deepEqual(await users('--remove-user', USER), {
      stdout: '',
      stderr: `rexecd: users file ${file}: unknown user "ada"\n`,
      status: 1,
    });
    assert.deepEqual(await users('--list-users'), { stdout: 'ada2\n', stderr: '', status: 0 });
  });

  for (const option of ['--list-users', '--remove-user=ada'])
    it(`need a users file that exists: ${option}`, async (t) => {
      const without = await run(t, 'rexecd', [option]);
      const [name] = option.split('=');
      assert.deepEqual([without.stderr, without.status], [`rexecd: ${name} needs --users FILE\n`, 1]);
      const missing = join(temporaryFolder(t), 'users');
      const { stderr, status } = await run(t, 'rexecd', ['--users', missing, option]);
      assert.equal(status, 1);
      assert.ok(stderr.includes(missing), stderr);
    });
});

describe('the users file of rexecd', PATIENT, () => {
  for (const bits of [0o644, 0o640, 0o602])
    it(`is refused at start with mode ${bits.toString(8)}`, async (t) => {
      const file = usersFileOf(t);
      chmodSync(file, bits);
      const { stdout, stderr, status } = await run(t, 'rexecd', ['--debug', '--port', '0', '--users', file]);
      assert.deepEqual([stdout, status], ['', 1]);
      assert.match(
        stderr,
        new RegExp(`^rexecd: users file \\S+ has mode ${bits.toString(8)}: .*chmod 600\\)\n$`),
      );
    });

  for (const [what, text] of [
    ['a clear password', 'ada:s3cret\n'],
    ['a line without a colon', 'ada\n'],
  ] as const)
    it(`is refused at start with ${what}, which is not shown`, async (t) => {
      const file = usersFileOf(t);
      writeFileSync(file, `# users\n${text}`);
      const { stderr, status } = await run(t, 'rexecd', ['--port', '0', '--users', file]);
      assert.deepEqual([stderr, status], [`rexecd: users file ${file} line 2: expected name:hash\n`, 1]);
    });

  it('is refused at start behind a link in a folder that others can write to', async (t) => {
    const folder = join(temporaryFolder(t), 'shared');
    mkdirSync(folder);
    chmodSync(folder, 0o777);
    const link = join(folder, 'link');
    symlinkSync(usersFileOf(t), link);
    const { stderr, status } = await run(t, 'rexecd', ['--port', '0', '--users', link]);
    const words = `rexecd: users file ${link} leads through ${folder}, which others can write to (chmod go-w)\n`;
    assert.deepEqual([stderr, status], [words, 1]);
  });

  it('behind a link is listed, and changed in its own place only', async (t) => {
    const link = join(temporaryFolder(t), 'link');
    const file = usersFileOf(t);
    symlinkSync(file, link);
    assert.equal(
      (await run(t, 'rexecd', ['--users', link, '--list-users'])).stdout,
      (await run(t, 'rexecd', ['--users', file, '--list-users'])).stdout,
    );
    const { stderr, status } = await run(t, 'rexecd', ['--users', link, '--add-user', 'eve'], {
      stdin: 'x\n',
    });
    const words = `rexecd: users file ${link} is a symbolic link; change the file that it leads to\n`;
    assert.deepEqual([stderr, status], [words, 1]);
  });
});
