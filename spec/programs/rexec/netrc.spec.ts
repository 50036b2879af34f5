import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it, type TestContext } from 'node:test';
import { NetrcError, netrcEntry } from '../../../lib/cli/programs/rexec/netrc.ts';
import { PASSWORD, startDaemon, USER } from '../../support/daemon/daemon.ts';
import { notRoot, PATIENT, Program, ROOT, run, temporaryFolder } from '../../support/program.ts';

const HOST = '127.0.0.1';
const MANY = `
# comment: machine web password no
machine other login x password y
machine web
	login ada
	password "two words\\"\\\\"  account ignored
machine WEB login bob, password pass\\ word
macdef init
machine web login eve password macro

machine bare login carol
default login guest password guest
`;

/** What is in the file for a host, and for a login where one is asked for. */
const ENTRIES = [
  ['web', undefined, 'ada', 'two words"\\'],
  ['web', 'ada', 'ada', 'two words"\\'],
  ['web', 'bob', 'bob', 'pass word'],
  ['Other', undefined, 'x', 'y'],
  ['bare', undefined, 'carol', undefined],
  ['elsewhere', undefined, 'guest', 'guest'],
  ['web', 'guest', 'guest', 'guest'],
  ['web', 'eve', undefined, undefined],
] as const;

describe('a .netrc', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rexec-netrc-'));
  const path = join(folder, 'netrc');
  after(() => rmSync(folder, { recursive: true }));

  /** What is found in the text; strings are latin1. */
  function find(text: string, host: string, login?: string, mode = 0o600) {
    writeFileSync(path, Buffer.from(text, 'latin1'));
    chmodSync(path, mode);
    process.env.NETRC = path;
    try {
      const entry = netrcEntry(host, login);
      return entry && [entry.login, entry.password?.bytes.toString('latin1')];
    } finally {
      delete process.env.NETRC;
    }
  }

  for (const [host, login, user, password] of ENTRIES)
    it(`tells ${user ?? 'nobody'} for ${host}${login ? ` and ${login}` : ''}`, () =>
      assert.deepEqual(find(MANY, host, login), user && [user, password]));

  for (const [what, text, entry] of [
    ['any byte of a password', 'machine h login a password \xff\x01\xe9', ['a', '\xff\x01\xe9']],
    ['an entry without a login for whoever asks', 'machine h password p', [undefined, 'p']],
    ['a file that ends in an entry', 'machine h login', [undefined, undefined]],
    ['a file that ends in a keyword', 'machine h login a password', ['a', undefined]],
    ['a file that ends in a quoted word', 'machine h login a password "p', ['a', 'p']],
    ['a macro without an end', 'machine h login a macdef x\nmachine h', ['a', undefined]],
    ['a word it does not know', 'machine h protocol ftp login a password p', ['a', 'p']],
    ['an empty file', '', undefined],
  ] as const)
    it(`takes ${what}`, () => assert.deepEqual(find(text, 'h'), entry));

  for (const mode of [0o640, 0o604, 0o620, 0o644])
    it(`of mode ${mode.toString(8)} is refused where it has the password`, () =>
      assert.throws(
        () => find('machine h login a password p', 'h', undefined, mode),
        (error) =>
          error instanceof NetrcError &&
          error.message === `${path}: contains a password and must not be readable by others (chmod 600)`,
      ));

  it('whose login is not UTF-8 is refused, because another one would be sent', () =>
    assert.throws(() => find('machine h login \xff password p', 'h'), /the login for h is not UTF-8/));

  it('that others may read is taken where it has no password, or that of anonymous', () => {
    assert.deepEqual(find('machine h login a', 'h', undefined, 0o644), ['a', undefined]);
    assert.deepEqual(find('machine h login anonymous password a@b', 'h', undefined, 0o644), [
      'anonymous',
      'a@b',
    ]);
    assert.equal(find('machine other login a password p', 'h', undefined, 0o644), undefined);
  });
});

describe('who logs in with rexec', PATIENT, () => {
  /** A command as whoever the environment and a .netrc say. */
  async function who(t: TestContext, netrc: string, words: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const { port } = await startDaemon(t);
    const home = temporaryFolder(t);
    writeFileSync(join(home, '.netrc'), netrc, { mode: 0o600 });
    const args = ['--port', `${port}`, ...words, HOST, 'echo in'];
    return run(t, 'rexec', args, { env: { HOME: home, ...env }, detached: true });
  }
  const OURS = `machine ${HOST} login ${USER} password ${PASSWORD}\n`;
  const IN = { stdout: 'in\n', stderr: '', status: 0 } as const;

  it('is told by ~/.netrc', async (t) => assert.deepEqual(await who(t, OURS, []), IN));

  it('is told by REXEC_USER and REXEC_PASS before ~/.netrc', async (t) => {
    const env = { REXEC_USER: USER, REXEC_PASS: PASSWORD };
    assert.deepEqual(await who(t, `machine ${HOST} login eve password no`, [], env), IN);
  });

  it('is told by -l and -P before the environment', async (t) => {
    const file = join(temporaryFolder(t), 'password');
    writeFileSync(file, PASSWORD);
    const env = { REXEC_USER: 'eve', REXEC_PASS: 'no' };
    assert.deepEqual(await who(t, '', ['-l', USER, '-P', file], env), IN);
  });

  it('has the password of ~/.netrc for the user of -u', async (t) => {
    const netrc = `machine ${HOST} login eve password no\n${OURS}`;
    assert.deepEqual(await who(t, netrc, ['-u', USER]), IN);
  });

  it('is an error where NETRC names a file that is not there', async (t) => {
    const { stderr, status } = await who(t, OURS, [], { NETRC: '/no/such/netrc' });
    assert.equal(status, 64);
    assert.match(stderr, /^rexec: .*\/no\/such\/netrc.*\n$/);
  });

  it('is an error where others may read the password in ~/.netrc', async (t) => {
    const { port } = await startDaemon(t);
    const home = temporaryFolder(t);
    writeFileSync(join(home, '.netrc'), OURS, { mode: 0o644 });
    const { stderr, status } = await run(t, 'rexec', ['--port', `${port}`, HOST, 'echo in'], {
      env: { HOME: home },
    });
    assert.deepEqual(
      [stderr, status],
      [`rexec: ${home}/.netrc: contains a password and must not be readable by others (chmod 600)\n`, 64],
    );
  });

  /** What stands in the place of ~/.netrc, and part of the warning; the password comes from -P. */
  const UNUSABLE = {
    'a home that is no folder': ['/dev/null', 'not a directory'],
    'no home, HOME being empty': ['', 'HOME is empty'],
    'a folder': [(home: string) => mkdirSync(join(home, '.netrc')), 'is not a regular file'],
    'a pipe': [(home: string) => execFileSync('mkfifo', [join(home, '.netrc')]), 'is not a regular file'],
    'a link to itself': [
      (home: string) => symlinkSync('.netrc', join(home, '.netrc')),
      'too many symbolic links',
    ],
    'UTF-16': [
      (home: string) => writeFileSync(join(home, '.netrc'), '\ufeffmachine', 'utf16le'),
      'is encoded in UTF-16',
    ],
  } as const;
  for (const [what, [home, warning]] of Object.entries(UNUSABLE))
    it(`is warned of a ~/.netrc that is ${what}, and served (D3)`, async (t) => {
      const { port } = await startDaemon(t);
      const folder = temporaryFolder(t);
      writeFileSync(join(folder, 'password'), PASSWORD);
      if (typeof home !== 'string') home(folder);
      const words = ['-P', join(folder, 'password'), '--port', `${port}`, HOST, 'echo in'];
      const env = { HOME: typeof home === 'string' ? home : folder };
      const { stdout, stderr, status } = await run(t, 'rexec', ['-l', USER, ...words], { env });
      assert.deepEqual([stdout, stderr, status], ['in\n', '', 0], 'not read if nothing is missing');
      const asked = await run(t, 'rexec', words, { env });
      assert.match(asked.stderr, new RegExp(`^rexec: warning: ~/\\.netrc is not read: .*${warning}.*\\n`));
      assert.match(
        asked.stderr,
        /: login: Login incorrect\./,
        'as this account, which the daemon does not know',
      );
    });

  it('is served with a ~/.netrc that may not be read (D3)', { skip: notRoot }, async (t) => {
    const { port } = await startDaemon(t);
    const home = temporaryFolder(t);
    chmodSync(home, 0o755);
    writeFileSync(join(home, '.netrc'), OURS, { mode: 0o000 });
    const words = [join(ROOT, 'lib/cli/rexec.ts'), '-l', USER, '--port', `${port}`, HOST, 'echo in'];
    const { stdout, stderr, status } = await new Program(
      t,
      'setpriv',
      [
        '--reuid=54999',
        '--regid=54999',
        '--clear-groups',
        '--bounding-set=-dac_override',
        process.execPath,
        ...words,
      ],
      { stdin: '', env: { HOME: home }, detached: true },
    ).end();
    assert.deepEqual([stdout, status], ['', 64]);
    assert.match(
      stderr,
      /^rexec: warning: ~\/\.netrc is not read: permission denied\nrexec: password: there is no terminal/,
    );
  });

  it('is the login of a ~/.netrc that others may read, if -P has the password (D3)', async (t) => {
    const { port } = await startDaemon(t);
    const home = temporaryFolder(t);
    writeFileSync(join(home, '.netrc'), `machine ${HOST} login ${USER} password no\n`, { mode: 0o644 });
    writeFileSync(join(home, 'password'), PASSWORD);
    const words = ['-P', join(home, 'password'), '--port', `${port}`, HOST, 'echo in'];
    assert.deepEqual(await run(t, 'rexec', words, { env: { HOME: home } }), IN);
  });
});
