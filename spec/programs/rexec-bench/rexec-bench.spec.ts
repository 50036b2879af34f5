import assert from 'node:assert/strict';
import { randomBytes, scryptSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type Authenticator, usersFile } from '../../../lib/login/index.ts';
import { anyone, PASSWORD, startDaemon, USER } from '../../support/daemon/daemon.ts';
import { notRoot, PATIENT, ROOT, run, strangersProgram, temporaryFolder } from '../../support/program.ts';

const LOGIN = ['-l', USER, '-P', '-'] as const;
const HOST = '127.0.0.1';

/** A hash that takes more than 100 ms to check. */
function slowHash(secret: string): string {
  const salt = randomBytes(16);
  const spell = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');
  const key = scryptSync(secret, salt, 32, { N: 2 ** 16, r: 8, p: 1, maxmem: 2 ** 28 });
  return `$scrypt$ln=16,r=8,p=1$${spell(salt)}$${spell(key)}`;
}

describe('rexec-bench', PATIENT, () => {
  it('prints a line a load, and ends with 0 when all was right', async (t) => {
    const { port } = await startDaemon(t);
    const words = [...LOGIN, '--port', `${port}`, '--parallel', '1,3', '--sessions', '6', 'localhost'];
    const { stdout, stderr, status } = await run(t, 'rexec-bench', words, { stdin: `${PASSWORD}\n` });
    assert.match(stderr, /^(rexec-bench: note: a login takes .*\n)?$/); // its hash is cheap, but not on every machine
    assert.equal(status, 0);
    const [head = '', ...lines] = stdout.trimEnd().split('\n');
    assert.match(head, /^ +parallel +sessions\/s +p50 ms +p90 ms +p99 ms +max ms +correct +failed$/);
    const cells = lines.map((line) => line.trim().split(/ +/));
    assert.deepEqual(
      cells.map((each) => [each[0], each[6], each[7]]),
      [
        ['1', '6', '0'],
        ['3', '6', '0'],
      ],
    );
    assert.ok(Number(cells[0]![1]) > 0);
  });

  it('prints JSON, and ends with 1 when a session was not answered right', async (t) => {
    const { port } = await startDaemon(t);
    const words = [...LOGIN, '--port', `${port}`, '--sessions', '3', '--json', '--command', 'echo $$', HOST];
    const { stdout, status } = await run(t, 'rexec-bench', words, { stdin: PASSWORD });
    const [report] = JSON.parse(stdout);
    assert.equal(status, 1);
    assert.deepEqual([report.sessions, report.right, report.wrong, report.latency], [3, 0, 3, null]);
    assert.deepEqual(report.causes.wrong, { 'the output differs from that of the first session': 3 });
  });

  it('says that the password hash is measured if it is most of a session (F6)', async (t) => {
    const users = join(temporaryFolder(t), 'users');
    writeFileSync(users, `${USER}:${slowHash(PASSWORD)}\n`, { mode: 0o600 });
    const checker = await usersFile(users);
    const authenticator: Authenticator = {
      authenticate: async (credentials) => {
        const verdict = await checker.authenticate(credentials);
        return verdict.accepted ? anyone().authenticate(credentials) : verdict;
      },
    };
    const { port } = await startDaemon(t, { authenticator });
    const words = [...LOGIN, '--port', `${port}`, '--sessions', '2', HOST];
    const { stderr, status } = await run(t, 'rexec-bench', words, { stdin: PASSWORD });
    const note =
      /^rexec-bench: note: a login takes at least (\d+) of the (\d+) ms of a session: the password hash, .* measured\n$/;
    const [, login, session] = note.exec(stderr) ?? [];
    assert.ok(Number(login) >= 0.75 * Number(session) - 1, stderr);
    assert.equal(status, 0);
  });

  it('says why the first session was refused', async (t) => {
    const { port } = await startDaemon(t);
    const words = [...LOGIN, '--port', `${port}`, HOST];
    const { stderr, status } = await run(t, 'rexec-bench', words, { stdin: 'wrong' });
    assert.deepEqual([stderr, status], ['rexec-bench: the first session was refused: Login incorrect.\n', 1]);
  });

  for (const name of ['rexec', 'rexec-bench'])
    it(`asks a uid that has no name for one, as ${name} does`, { skip: notRoot }, async (t) => {
      const words = [join(ROOT, `lib/cli/${name}.ts`), '-P', '-', HOST, ...(name === 'rexec' ? [':'] : [])];
      const { stderr, status } = await strangersProgram(t, process.execPath, ...words).end();
      assert.deepEqual(
        [stderr, status],
        [`${name}: user: this uid has no user name; choose one with -l\n`, 64],
      );
    });

  it('says that nobody listens', async (t) => {
    const { port, daemon } = await startDaemon(t);
    await daemon.stop();
    const { stderr, status } = await run(t, 'rexec-bench', [...LOGIN, '--port', `${port}`, HOST]);
    assert.deepEqual([stderr, status], ['rexec-bench: the first session failed: connection refused\n', 1]);
  });

  for (const [what, words, message] of [
    ['a host that is not this one', ['192.0.2.1'], '192.0.2.1 is not a loopback address'],
    ['no host', [], "missing required argument 'host'"],
    [
      'no sessions at a time',
      ['--parallel', '4,0', HOST],
      'Must be a number of parallel sessions from 1 to 10000',
    ],
    [
      'too many at a time',
      ['--parallel', '10001', HOST],
      'Must be a number of parallel sessions from 1 to 10000',
    ],
    [
      'two ends',
      ['--sessions', '1', '--seconds', '1', HOST],
      '--sessions and --seconds cannot be used together',
    ],
    ['a time that is none', ['--seconds', '0', HOST], 'Must be a number of seconds from 0.001 on'],
    ['a port that is none', ['--port', '65536', HOST], 'Must be a port number from 1 to 65535'],
    [
      'a password file that is not there',
      ['-P', '/nonexistent', HOST],
      '/nonexistent: no such file or directory',
    ],
  ] as const)
    it(`refuses ${what}`, async (t) => {
      const { stdout, stderr, status } = await run(t, 'rexec-bench', words);
      assert.deepEqual([stdout, status], ['', 64]);
      assert.ok(stderr.startsWith('rexec-bench: ') && stderr.includes(message), stderr);
    });
});
