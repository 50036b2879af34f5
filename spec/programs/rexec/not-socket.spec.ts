import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { PASSWORD, startDaemon, USER } from '../../support/daemon/daemon.ts';
import { findProgram, PATIENT, ROOT, run } from '../../support/program.ts';

const GCC = findProgram('gcc');
const MISSING = !GCC || !existsSync('/usr/include/dlfcn.h');
const SOURCE = join(ROOT, 'spec/support/commands/not-a-socket.c');
const MESSAGE = 'connect: An operation was attempted on something that is not a socket\n';
const SET = { TK_RETRY_ON_WSAENOTSOCK: '1' } as const;

describe('TK_RETRY_ON_WSAENOTSOCK', {
  ...PATIENT,
  skip: MISSING && 'needs gcc (Debian: gcc libc6-dev)',
}, () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'rexec-not-socket-'));
    execFileSync(GCC!, ['-Wall', '-shared', '-fPIC', '-o', join(folder, 'not-a-socket.so'), SOURCE]);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** A command, whose first connections the system says are none. */
  async function attempt(t: TestContext, notSockets: number, env: NodeJS.ProcessEnv) {
    const { port } = await startDaemon(t);
    const connects = join(folder, `connects-${port}`);
    const words = ['-l', USER, '-p', PASSWORD, '--port', `${port}`, '127.0.0.1', 'echo in; exit 3'];
    const broken = { LD_PRELOAD: join(folder, 'not-a-socket.so'), NOT_SOCKETS: `${notSockets}` };
    const ended = await run(t, 'rexec', words, {
      env: { ...broken, PORT: `${port}`, CONNECTS: connects, ...env },
    });
    return { ...ended, connects: readFileSync(connects).length };
  }

  for (const failures of [0, 1, 5])
    it(`gets over ${failures} failures`, async (t) => {
      const { stdout, stderr, status, connects } = await attempt(t, failures, SET);
      assert.deepEqual([stdout, stderr, status], ['in\n', '', 3]);
      assert.equal(connects, failures + 1);
    });

  for (const value of ['1', ''])
    it(`ends at the fifth retry, set to '${value}', and reports the error`, async (t) => {
      const { stdout, stderr, status, connects } = await attempt(t, 100, { TK_RETRY_ON_WSAENOTSOCK: value });
      assert.deepEqual([stdout, status, connects], ['', 68, 6]);
      assert.ok(stderr.startsWith(`rexec: 127.0.0.1: ${MESSAGE}`), stderr);
    });

  it('is not set: the first failure is the end, and what to try is told', async (t) => {
    const { stderr, status, connects } = await attempt(t, 1, {});
    assert.deepEqual([status, connects], [68, 1]);
    assert.match(stderr, new RegExp(`${MESSAGE}rexec: hint: set TK_RETRY_ON_WSAENOTSOCK=1.*\n$`));
  });
});
