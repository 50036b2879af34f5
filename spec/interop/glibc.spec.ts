import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { PASSWORD, program, startDaemon, USER } from '../support/daemon/daemon.ts';
import { type Ended, PATIENT, Program } from '../support/program.ts';
import { makeGlibcClient, noGlibc, type Started } from './fixtures/clients.ts';

describe('a C program on rexec(3)', { ...PATIENT, skip: noGlibc }, () => {
  let folder: string;
  let started: Started;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'rexec-glibc-'));
    started = makeGlibcClient(folder);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs the program to its end; `words` are those after the port. */
  const client = (
    t: TestContext,
    port: number,
    words: readonly string[],
    stdin: string | Buffer = '',
  ): Promise<Ended> =>
    // A home of its own: rexec(3) looks into ~/.netrc.
    new Program(t, started[0], [String(port), ...words], {
      stdin,
      env: { HOME: folder },
    }).end();

  it('runs a command with one connection', async (t) => {
    const { port } = await startDaemon(t);
    const ended = await client(t, port, [USER, PASSWORD, 'echo out; echo err >&2', 'none']);
    assert.deepEqual(ended, { stdout: 'out\nerr\n', stderr: '', status: 0 });
  });

  it('runs a command with a second connection for stderr', async (t) => {
    const { port } = await startDaemon(t);
    const ended = await client(t, port, [USER, PASSWORD, 'echo out; echo err >&2; exit 7', 'channel']);
    assert.deepEqual(ended, { stdout: 'out\n', stderr: 'err\n', status: 0 }); // no exit status: it did not ask
  });

  for (const channel of ['none', 'channel'])
    it(`half-closes and reads the rest, with ${channel}`, async (t) => {
      const { port } = await startDaemon(t);
      const bytes = randomBytes(1024 * 1024);
      const { stdout, stderr, status } = await client(t, port, [USER, PASSWORD, 'cat', channel], bytes);
      assert.deepEqual([stderr, status], ['', 0]);
      assert.ok(Buffer.from(stdout, 'latin1').equals(bytes));
    });

  it('reads what a command writes after the end of its input', async (t) => {
    const { port } = await startDaemon(t);
    const words = [USER, PASSWORD, 'read line; cat; echo "$line, after the end"', 'none'];
    assert.equal((await client(t, port, words, 'first\nrest\n')).stdout, 'rest\nfirst, after the end\n');
  });

  it('signals the command on the second connection', async (t) => {
    const { port } = await startDaemon(t);
    const command = `exec sh ${program('report-signals.sh')}`;
    const { stdout, stderr } = await client(t, port, [USER, PASSWORD, command, 'channel', '15']);
    assert.deepEqual([stdout, stderr], ['ready\n15\n', '']);
  });

  it('kills the command on the second connection', async (t) => {
    const daemon = await startDaemon(t);
    const words = [USER, PASSWORD, 'trap "" 15; echo ready; sleep 600; sleep 600', 'channel', '9'];
    assert.equal((await client(t, daemon.port, words)).stdout, 'ready\n');
    assert.equal((await daemon.events.seen('commandEnded')).status, 'SIGKILL');
  });

  for (const channel of ['none', 'channel'])
    for (const [what, user, password] of [
      ['a wrong password', USER, 'wrong'],
      ['an unknown user', 'nobody-here', PASSWORD],
    ] as const)
      it(`gets -1 and reads why for ${what}, with ${channel}`, async (t) => {
        const { port } = await startDaemon(t);
        const ended = await client(t, port, [user, password, 'echo out', channel]);
        assert.deepEqual(ended, { stdout: '', stderr: 'Login incorrect.\n', status: 3 });
      });

  it('gets -1 and reads why for a name of 257 bytes', async (t) => {
    const { port } = await startDaemon(t);
    const ended = await client(t, port, ['u'.repeat(257), PASSWORD, 'echo out', 'none']);
    assert.deepEqual(ended, { stdout: '', stderr: 'username too long\n', status: 3 });
  });
});
