import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BOUNDED, type DaemonOptions, request, startDaemon as start, USER } from '../support/daemon.ts';
import { eventually } from '../support/peer.ts';

const startDaemon = (t: Parameters<typeof start>[0], options: DaemonOptions = {}) =>
  start(t, { workers: 2, ...options });

describe('a daemon with two workers', BOUNDED, () => {
  it('[NOTE] shares its sessions out to processes of their own', async (t) => {
    const daemon = await startDaemon(t);
    const peers = [await daemon.run('echo $PPID; read go'), await daemon.run('echo $PPID; read go')];
    const parents = await Promise.all(peers.map(async (peer) => String(await peer.chunk()).trim()));
    assert.equal(new Set([...parents, String(process.pid)]).size, 3);
  });

  it('lists the sessions of both, and ends one by its name', async (t) => {
    const daemon = await startDaemon(t);
    const peers = [await daemon.run('read go'), await daemon.run('read go')];
    await daemon.events.seen('commandStarted', 1);
    const summaries = await Promise.all(daemon.daemon.sessions.map(({ summary }) => summary));
    const seen = summaries.map((each) => [each?.state, each?.user, each?.command]);
    assert.deepEqual(
      seen,
      [1, 2].map(() => ['running', USER, 'read go']),
    );
    await daemon.daemon.sessions[1]?.hangUp();
    assert.equal(await peers[1]?.toEnd(), '');
    assert.equal(daemon.daemon.sessions.length, 1);
  });

  it('counts connections over both', async (t) => {
    const daemon = await startDaemon(t, { maxConnections: 3, maxConnectionsPerAddress: 2 });
    for (let held = 0; held < 2; held += 1) await daemon.run('read go');
    assert.equal(await daemon.answer(request('echo no')), '\x01Try again.\n');
    assert.equal(await daemon.answer(request('echo yes'), '127.0.0.2'), '\0yes\n');
  });

  it('locks a guesser out of both', async (t) => {
    const daemon = await startDaemon(t, { lockoutFailures: 3 });
    const guess = `\0${USER}\0wrong\0echo no\0`;
    for (let tries = 0; tries < 3; tries += 1)
      assert.equal(await daemon.answer(guess), '\x01Login incorrect.\n');
    for (let tries = 0; tries < 2; tries += 1)
      assert.equal(await daemon.answer(request('echo no')), '\x01Login incorrect.\n');
    assert.equal(daemon.daemon.lockout.list().length > 0, true);
  });

  it('loses the sessions of a worker that dies, and no others, and has another one', async (t) => {
    const daemon = await startDaemon(t);
    const peers = [await daemon.run('echo $PPID; read go'), await daemon.run('echo $PPID; cat')];
    const [first = 0, second = 0] = await Promise.all(
      peers.map(async (peer) => Number(String(await peer.chunk()))),
    );
    process.kill(first, 'SIGKILL');
    assert.deepEqual(await daemon.events.seen('workerDied'), { pid: first, cause: 'SIGKILL' });
    await eventually(() => daemon.daemon.sessions.length === 1, 'its session is over');
    await peers[1]?.send('still here');
    peers[1]?.halfClose();
    assert.equal(await peers[1]?.toEnd(), 'still here');
    const next = [await daemon.run('echo $PPID; read go'), await daemon.run('echo $PPID; read go')];
    const parents = await Promise.all(next.map(async (peer) => Number(String(await peer.chunk()))));
    assert.ok(parents.includes(second), `${second} serves on: ${parents}`);
    assert.ok(!parents.includes(first), 'the dead serve nobody');
  });

  it('gives workers its new settings', async (t) => {
    const daemon = await startDaemon(t, { stdio: 'auto' });
    await daemon.run('read go');
    assert.equal((await daemon.events.seen('commandStarted')).plan, 'handOver');
    await daemon.daemon.reload({ ...daemon.daemon.settings, stdio: 'relay' });
    await daemon.run('read go');
    assert.equal((await daemon.events.seen('commandStarted', 1)).plan, 'relay');
  });

  it('loses no peer of a burst', async (t) => {
    const daemon = await startDaemon(t, { maxConnectionsPerAddress: 200 });
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) => daemon.answer(request(`echo ${index}`))),
    );
    assert.deepEqual(
      answers,
      answers.map((_, index) => `\0${index}\n`),
    );
  });
});
