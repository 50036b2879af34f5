import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BOUNDED, startDaemon } from '../../support/daemon/daemon.ts';
import { eventually, type Peer } from '../../support/peer.ts';

const BUSY = '\x01Try again.\n';
const HOME = '127.0.0.1';
const AWAY = '127.0.0.2';

describe('admission', BOUNDED, () => {
  /** Who connects, in order, and what each of them meets under a cap of 3 in all and 2 from an address. */
  for (const [arrivals, refused] of [
    [[HOME, HOME, AWAY], []],
    [[HOME, HOME, HOME, AWAY], [2]],
    [[HOME, AWAY, HOME, AWAY], [3]],
    [
      [AWAY, AWAY, AWAY, HOME, HOME],
      [2, 4],
    ],
  ] as const)
    it(`lets ${arrivals.join(', ')} in, save for number ${refused.join(' and ') || 'none'}`, async (t) => {
      const daemon = await startDaemon(t, { maxConnections: 3, maxConnectionsPerAddress: 2 });
      const peers: Peer[] = [];
      for (const [number, from] of arrivals.entries()) {
        const peer = await daemon.connect(from);
        if ((refused as readonly number[]).includes(number)) assert.equal(await peer.toEnd(), BUSY);
        else peers.push(peer);
        await eventually(() => daemon.daemon.sessions.length === peers.length, 'it is admitted or not');
      }
      assert.equal(daemon.events.all('connectionRefused').length, refused.length);
      for (const { socket } of peers) socket.destroy();
      await eventually(() => daemon.daemon.sessions.length === 0, 'the places are given back');
      await daemon.assertServesNextPeer();
    });

  it('does not count those it turned away', async (t) => {
    const daemon = await startDaemon(t, { maxConnections: 1, drainSeconds: 60 });
    const first = await daemon.connect();
    await eventually(() => daemon.daemon.sessions.length === 1, 'it is admitted');
    for (let time = 0; time < 20; time += 1) {
      const peer = await daemon.connect();
      assert.equal(await peer.toEnd(), BUSY); // and it stays, half-closed
    }
    first.socket.destroy();
    await eventually(() => daemon.daemon.sessions.length === 0, 'the place is given back');
    await daemon.assertServesNextPeer();
  });
});
