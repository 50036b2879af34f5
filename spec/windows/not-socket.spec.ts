import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it, type TestContext } from 'node:test';
import { PASSWORD, startDaemon, USER } from '../support/daemon/daemon.ts';
import { ON_WINE, prepareWine, wine, wineFolder } from './support/wine.ts';

const MESSAGE = 'rexec: 127.0.0.1: connect: An operation was attempted on something that is not a socket\n';
const SET = { TK_RETRY_ON_WSAENOTSOCK: '1' } as const;

describe('TK_RETRY_ON_WSAENOTSOCK on Wine', ON_WINE, () => {
  before(prepareWine);

  /** A command of a client whose first sockets Windows says are none. */
  async function attempt(t: TestContext, notSockets: number, env: NodeJS.ProcessEnv) {
    const { port } = await startDaemon(t);
    const folder = wineFolder(t);
    const preloaded = 'file:///R:/spec/windows/commands/not-a-socket.mjs';
    const node = ['N:\\bin\\node.exe', '--import', preloaded, 'R:\\lib\\cli\\rexec.ts'];
    const words = ['-l', USER, '-p', PASSWORD, '--port', `${port}`, '127.0.0.1', 'echo in; exit 3'];
    const broken = { NOT_SOCKETS: `${notSockets}`, BINDS: folder.at('binds') };
    const ended = await wine(folder, [...node, ...words], { ...broken, ...env });
    return { ...ended, binds: Number(readFileSync(join(folder.path, 'binds'), 'utf8')) };
  }

  for (const failures of [0, 5])
    it(`gets over ${failures} failures of the system`, async (t) => {
      const { stdout, stderr, status, binds } = await attempt(t, failures, SET);
      const others = 2; // the connection that succeeds, and the listener for the stderr channel
      assert.deepEqual([stdout, stderr, status, binds], ['in\n', '', 3, failures + others]);
    });

  it("ends at the fifth retry, and reports the system's error in the words of the page", async (t) => {
    const { stdout, stderr, status, binds } = await attempt(t, 100, SET);
    assert.deepEqual([stdout, status, binds], ['', 68, 6]);
    assert.ok(stderr.startsWith(MESSAGE), stderr);
  });

  it('is not set: the first failure is the end, and what to try is told', async (t) => {
    const { stderr, status, binds } = await attempt(t, 1, {});
    assert.deepEqual([status, binds], [68, 1]);
    assert.ok(stderr.startsWith(`${MESSAGE}rexec: hint: set TK_RETRY_ON_WSAENOTSOCK=1`), stderr);
  });
});
