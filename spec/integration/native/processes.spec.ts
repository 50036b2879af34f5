import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { describe, it, type TestContext } from 'node:test';
import { endOf, spawnProcess } from '../../../lib/native/index.ts';
import { BOUNDED } from '../../support/daemon/daemon.ts';
import { within } from '../../support/peer.ts';

/** Runs a line of shell by posix_spawn; its number. */
async function start(t: TestContext, line: string, file = '/bin/sh'): Promise<number> {
  const nothing = openSync('/dev/null', 'r+');
  t.after(() => closeSync(nothing));
  const argv = ['sh', '-c', line];
  return spawnProcess({
    file,
    argv,
    environment: [],
    directory: '/',
    stdio: [nothing, nothing, nothing],
  });
}

/** Whether it has ended and nobody has asked for its end. */
const isZombie = (pid: number) => /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

describe('processes that are spawned without a copy of this one', BOUNDED, () => {
  it('are reaped though they ended before anybody asked', async (t) => {
    for (const code of [3, 4]) {
      const pid = await start(t, `exit ${code}`);
      while (!isZombie(pid)); // in this turn: no signal is seen before the question
      assert.deepEqual(await within(endOf(pid), 'the end'), { code });
    }
  });

  it("are reaped once each, beside Node's own", async (t) => {
    const codes = Array.from({ length: 40 }, (_, index) => index);
    const ours = codes.map(async (code) => endOf(await start(t, `exit ${code}`)));
    const nodes = codes.map((code) => once(spawn('/bin/sh', ['-c', `exit ${code}`]), 'exit'));
    assert.deepEqual(
      await within(Promise.all(ours), 'ours to end'),
      codes.map((code) => ({ code })),
    );
    assert.deepEqual(
      await within(Promise.all(nodes), "Node's to end"),
      codes.map((code) => [code, null]),
    );
  });

  it('are reaped though a child that nobody waits for has ended before them', async (t) => {
    const left = await start(t, 'exit 0');
    await within(endOf(await start(t, 'kill -9 $$')), 'the first');
    assert.deepEqual(await within(endOf(await start(t, 'kill -36 $$')), 'the second'), { signal: 36 });
    const late = endOf(left);
    await within(endOf(await start(t, ':')), 'the last');
    assert.deepEqual(await within(late, 'the one that was left'), { code: 0 });
  });

  it('cost no descriptor', async (t) => {
    const open = () => readdirSync('/proc/self/fd').length;
    const nothing = await start(t, ':');
    const before = open();
    const ends = [endOf(nothing), ...Array.from({ length: 20 }, async () => endOf(await start(t, ':')))];
    await Promise.all(ends);
    assert.equal(open(), before + 20); // the tests' own
  });

  it('fail by the name of what is wrong', async (t) => {
    await assert.rejects(start(t, ':', '/no/such/file'), {
      name: 'SystemError',
      code: 'ENOENT',
      message: '/no/such/file: no such file or directory',
    });
  });
});
