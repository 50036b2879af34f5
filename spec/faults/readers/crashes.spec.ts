import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { BOUNDED, request, startDaemon } from '../../support/daemon/daemon.ts';
import { eventually } from '../../support/peer.ts';
import { notRoot } from '../../support/program.ts';
import { PROXY } from '../../support/proxy.ts';
import { readers, theReader } from './readers-of.ts';

const TRY_AGAIN = '\x01Try again.\n';

/** Kills every reader as soon as it is there, until the test stops it. @returns how many there were, and the end */
function killing(t: TestContext): { count: () => number; stop: () => void } {
  const killed = new Set<number>();
  const timer = setInterval(() => {
    for (const pid of readers()) {
      killed.add(pid);
      process.kill(pid, 'SIGKILL');
    }
  }, 5);
  const stop = () => clearInterval(timer);
  t.after(stop);
  return { count: () => killed.size, stop };
}

describe('a reader that ends', { ...BOUNDED, timeout: 240_000, skip: notRoot }, () => {
  it('leaves its peers a line to read, those that sent without end included, and the next one is served', async (t) => {
    const under = await startDaemon(t, { crashPenaltySeconds: 0 });
    const silent = await under.connect();
    const sending = await under.connect();
    await sending.send('\0ada');
    const pid = await theReader();
    process.kill(pid, 'SIGSTOP');
    sending.socket.write(Buffer.alloc(1 << 20, 'x')); // unread when it ends
    process.kill(pid, 'SIGKILL');
    assert.deepEqual(await Promise.all([silent.toEnd(), sending.toEnd()]), [TRY_AGAIN, TRY_AGAIN]);
    await under.assertServesNextPeer();
  });

  it('leaves a peer that was being refused, or lost one reader before, the same line', async (t) => {
    const under = await startDaemon(t, { crashPenaltySeconds: 0, maxConnections: 1 });
    const first = await under.connect();
    await theReader();
    const killer = killing(t);
    const answers = [first.toEnd()];
    for (let time = 0; time < 8; time += 1) {
      const peer = await under.connect();
      answers.push(peer.toEnd());
    }
    assert.deepEqual(new Set(await Promise.all(answers)), new Set([TRY_AGAIN]));
    killer.stop();
    await eventually(
      async () => (await under.answer(request('echo served'))) === '\0served\n',
      'a peer is served',
    );
  });

  it('leaves a connection whose PROXY header it has read the same line: nobody else reads the rest', async (t) => {
    const under = await startDaemon(t, {
      ...{ proxyFrom: [PROXY], maxConnections: 1, overflow: 'queue', crashPenaltySeconds: 0 },
    });
    const inside = await under.run('cat');
    const waiting = await under.connect(PROXY);
    await waiting.send('PROXY TCP4 192.0.2.7 198.51.100.1 41699 512\r\n0\0ada\0');
    await eventually(() => under.daemon.state.waiting === 1, 'it waits for a place');
    process.kill(await theReader(), 'SIGKILL');
    await under.events.seen('readerDied');
    await waiting.send('0\0');
    inside.halfClose();
    assert.equal(await waiting.toEnd(), TRY_AGAIN);
  });

  it('is started again less and less often when it ends again and again, and peers wait', async (t) => {
    const under = await startDaemon(t, { crashPenaltySeconds: 0 });
    await under.assertServesNextPeer();
    const killer = killing(t);
    const end = performance.now() + 4000;
    while (performance.now() < end) {
      assert.match(await under.answer(request('echo served')), /^(\0served\n|\x01Try again\.\n)$/);
      await delay(5);
    }
    const { length } = under.events.all('readerDied');
    assert.ok(length >= 3 && length <= 8, `${length} readers in 4 s`);
    killer.stop();
    await eventually(
      async () => (await under.answer(request('echo served'))) === '\0served\n',
      'a peer is served',
    );
  });

  it('puts the peer that alone was sending into the penalty box, and no other', async (t) => {
    const under = await startDaemon(t, { crashPenaltySeconds: 60 });
    const culprit = await under.connect('127.0.0.66');
    await culprit.send('\0ada\0');
    process.kill(await theReader(), 'SIGKILL');
    assert.equal(await culprit.toEnd(), TRY_AGAIN);
    assert.equal(await under.answer(request('echo served'), '127.0.0.66'), TRY_AGAIN);
    assert.equal(await under.answer(request('echo served'), '127.0.0.67'), '\0served\n');
  });

  it('puts the peer into it that was sending both times, among others', async (t) => {
    const under = await startDaemon(t, { crashPenaltySeconds: 60 });
    for (const other of ['127.0.0.67', '127.0.0.68']) {
      const peers = [await under.connect('127.0.0.66'), await under.connect(other)];
      for (const peer of peers) await peer.send('\0ada\0');
      process.kill(await theReader(), 'SIGKILL');
      for (const peer of peers) assert.equal(await peer.toEnd(), TRY_AGAIN);
    }
    assert.equal(await under.answer(request('echo served'), '127.0.0.66'), TRY_AGAIN);
    for (const other of ['127.0.0.67', '127.0.0.68'])
      assert.equal(await under.answer(request('echo served'), other), '\0served\n');
  });

  it('is replaced when it has stopped answering, and its peers are refused', async (t) => {
    const under = await startDaemon(t, { crashPenaltySeconds: 0 });
    await under.assertServesNextPeer();
    const before = await under.connect();
    process.kill(await theReader(), 'SIGSTOP');
    const after = await under.connect();
    assert.deepEqual(await Promise.all([before.toEnd(), after.toEnd()]), [TRY_AGAIN, TRY_AGAIN]);
    const { cause } = await under.events.seen('readerDied');
    assert.equal(cause, 'no sign of life within 10 s');
    await under.assertServesNextPeer();
  });
});
