import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { PASSWORD, startDaemon, USER } from '../support/daemon/daemon.ts';
import { type Ended, PATIENT, Program } from '../support/program.ts';
import { makeCommonsNetClient, noCommonsNet, type Started } from './fixtures/clients.ts';

describe('a Java program on Commons Net', { ...PATIENT, skip: noCommonsNet }, () => {
  let folder: string;
  let started: Started;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'rexec-commons-net-'));
    started = makeCommonsNetClient(folder);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs the program to its end. */
  const client = (t: TestContext, port: number, words: readonly string[], stdin = ''): Promise<Ended> => {
    const [java, ...first] = started;
    return new Program(t, java, [...first, String(port), ...words], { stdin }).end();
  };

  it('runs a command with one connection', async (t) => {
    const { port } = await startDaemon(t);
    const ended = await client(t, port, [USER, PASSWORD, 'cat; echo err >&2', 'merged'], 'input\n');
    assert.deepEqual(ended, { stdout: 'input\nerr\n', stderr: '', status: 0 });
  });

  it('runs a command with a separate error stream, whose source it verifies', async (t) => {
    const { port } = await startDaemon(t);
    const ended = await client(t, port, [USER, PASSWORD, 'cat; echo err >&2', 'separate'], 'input\n');
    assert.deepEqual(ended, { stdout: 'input\n', stderr: 'err\n', status: 0 });
  });

  for (const stream of ['merged', 'separate'])
    it(`reads why it is refused, ${stream}`, async (t) => {
      const { port } = await startDaemon(t);
      const ended = await client(t, port, [USER, 'wrong', 'echo out', stream]);
      assert.deepEqual(ended, { stdout: '', stderr: 'Login incorrect.\n', status: 3 });
    });
});
