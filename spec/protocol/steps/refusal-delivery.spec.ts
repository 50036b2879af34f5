import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { BOUNDED, startDaemon } from '../../support/daemon/daemon.ts';
import { eventually, within } from '../../support/peer.ts';

const MEGABYTE = Buffer.alloc(1024 * 1024, 'x');
const TOO_LONG = '\x01username too long\n';

describe('a refusal', BOUNDED, () => {
  it('arrives complete, whatever the peer still sends', async (t) => {
    const daemon = await startDaemon(t, { drainSeconds: 30 });
    for (let time = 0; time < 5; time += 1) {
      const peer = await daemon.connect();
      await peer.send('0\0');
      const sent = peer.send(MEGABYTE); // it all must be read, or the kernel would reset the connection
      assert.equal(await peer.toEnd(), TOO_LONG);
      await sent;
      assert.equal(peer.socket.errored, null);
      peer.halfClose();
    }
    await eventually(() => daemon.daemon.sessions.length === 0, 'the sessions are over');
  });

  it('is followed by a half-close: the peer may still send', async (t) => {
    const daemon = await startDaemon(t, { drainSeconds: 30 });
    const peer = await daemon.connect();
    await peer.send('abc\0');
    assert.equal(await peer.toEnd(), '\x01invalid stderr port\n');
    assert.equal((await daemon.daemon.sessions[0]?.summary)?.state, 'closing');
    await peer.send('I am still here');
    peer.halfClose();
    await within(once(peer.socket, 'close'), 'the connection to close');
    await eventually(() => daemon.daemon.sessions.length === 0, 'the session is over');
    assert.equal(peer.socket.errored, null);
  });

  it('ends within drainSeconds for a peer that never leaves', async (t) => {
    const daemon = await startDaemon(t, { drainSeconds: 0.2 });
    const peer = await daemon.connect();
    await peer.send('abc\0');
    assert.equal(await peer.toEnd(), '\x01invalid stderr port\n');
    await eventually(() => daemon.daemon.sessions.length === 0, 'the daemon lets go of it');
    await daemon.assertServesNextPeer();
  });

  it('ends within drainSeconds for a peer that never stops sending', async (t) => {
    const daemon = await startDaemon(t, { drainSeconds: 0.2 });
    const peer = await daemon.connect();
    await peer.send('abc\0');
    const flood = (async () => {
      for (;;) await peer.send(MEGABYTE);
    })();
    flood.catch(() => {}); // looked at below
    assert.equal(await peer.read(21), '\x01invalid stderr port\n');
    await eventually(() => daemon.daemon.sessions.length === 0, 'the daemon lets go of it');
    await assert.rejects(flood);
    await daemon.assertServesNextPeer();
  });

  it('is one for each peer, told apart in the log', async (t) => {
    const daemon = await startDaemon(t);
    const answers = await Promise.all(Array.from({ length: 50 }, () => daemon.answer('abc\0')));
    assert.deepEqual(new Set(answers), new Set(['\x01invalid stderr port\n']));
    const events = daemon.events.all('requestRefused');
    assert.equal(new Set(events.map(({ session }) => session)).size, 50);
    assert.equal(new Set(events.map(({ peer }) => peer)).size, 50);
  });
});
