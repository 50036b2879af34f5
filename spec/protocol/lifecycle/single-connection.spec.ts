import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anyone, BOUNDED, request, startDaemon } from '../../support/daemon/daemon.ts';
import { eventually, within } from '../../support/peer.ts';

const ONE = { authenticator: anyone(), maxConnections: 1 } as const;
const BUSY = '\x01Try again.\n';

describe('a daemon for one connection at a time', BOUNDED, () => {
  it('refuses a second peer with overflow refuse, and serves the next one', async (t) => {
    const daemon = await startDaemon(t, ONE);
    const first = await daemon.run('read line; echo "$line"');
    assert.equal(await daemon.answer(request('echo second')), BUSY);
    await first.send('first\n');
    assert.equal(await first.toEnd(), 'first\n');
    first.halfClose();
    await eventually(() => daemon.daemon.sessions.length === 0, 'the first session is over');
    await daemon.assertServesNextPeer();
  });

  it('lets peers wait for their turn, in their order, with overflow queue', async (t) => {
    const daemon = await startDaemon(t, { ...ONE, overflow: 'queue' });
    const first = await daemon.run('read line; echo "$line"');
    const answers: string[] = [];
    const waiting = ['second', 'third', 'fourth'].map(async (name) => {
      const peer = await daemon.connect();
      await peer.send(request(`echo ${name}`));
      answers.push(await peer.toEnd());
      peer.halfClose();
    });
    assert.equal(daemon.daemon.sessions.length, 1);
    await first.send('first\n');
    assert.equal(await first.toEnd(), 'first\n');
    first.halfClose();
    await within(Promise.all(waiting), 'everybody to be served');
    assert.deepEqual([...answers].sort(), ['\0fourth\n', '\0second\n', '\0third\n']);
    assert.equal(daemon.events.all('connectionRefused').length, 0);
  });

  it('refuses those beyond the backlog', async (t) => {
    const daemon = await startDaemon(t, { ...ONE, overflow: 'queue', backlog: 2 });
    await daemon.run('cat');
    const peers = [await daemon.connect(), await daemon.connect()];
    assert.equal(await daemon.answer(request('echo fourth')), BUSY);
    for (const peer of peers) peer.reset();
  });

  it('skips a peer that left while it waited', async (t) => {
    const daemon = await startDaemon(t, { ...ONE, overflow: 'queue' });
    const first = await daemon.run('read line; echo "$line"');
    const second = await daemon.connect();
    const third = await daemon.connect();
    await third.send(request('echo third'));
    second.reset();
    await first.send('first\n');
    await first.toEnd();
    first.halfClose();
    assert.equal(await third.toEnd(), '\0third\n');
  });

  it('asks those who wait to try again when it stops', async (t) => {
    const daemon = await startDaemon(t, { ...ONE, overflow: 'queue', killSeconds: 0.1 });
    await daemon.run('exec cat');
    const waiting = await daemon.connect();
    const connected = await daemon.connect();
    const stopped = daemon.daemon.stop(AbortSignal.abort());
    assert.equal(await waiting.toEnd(), BUSY);
    assert.equal(await connected.toEnd(), BUSY);
    await daemon.end();
    await within(stopped, 'the daemon to stop');
  });

  it('does not count the time of waiting as time for the request', async (t) => {
    const daemon = await startDaemon(t, { ...ONE, overflow: 'queue', requestSeconds: 0.5 });
    const first = await daemon.run('sleep 1; echo first');
    const second = await daemon.connect();
    await second.send(request('echo second'));
    assert.equal(await first.toEnd(), 'first\n');
    first.halfClose();
    assert.equal(await second.toEnd(), '\0second\n');
  });
});
