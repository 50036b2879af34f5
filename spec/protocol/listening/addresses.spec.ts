import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { loadSettings } from '../../../lib/settings/index.ts';
import { anyone, BOUNDED, type DaemonUnderTest, request, startDaemon } from '../../support/daemon/daemon.ts';
import { Peer } from '../../support/peer.ts';

const DENIED = '\x01Permission denied.\n';
const answerFrom = async (t: TestContext, { host, port }: DaemonUnderTest, localAddress: string) => {
  const peer = await Peer.connect(t, { host, port, localAddress });
  return peer.toEnd();
};

describe('addresses that may not connect (E13)', BOUNDED, () => {
  const start = (t: TestContext, more = {}) => startDaemon(t, { authenticator: anyone(), ...more });

  it('read one line before they have sent anything, and the event names the setting', async (t) => {
    const daemon = await start(t, { denyAddresses: ['127.0.9.0/24'] });
    assert.equal(await answerFrom(t, daemon, '127.0.9.1'), DENIED);
    const { peer, cause } = await daemon.events.seen('addressDenied');
    assert.match(String(peer), /^127\.0\.9\.1:\d+$/);
    assert.equal(cause, 'the address is in limits.denyAddresses');
    await daemon.assertServesNextPeer();
  });

  it('read nothing if the setting says so', async (t) => {
    const daemon = await start(t, { allowAddresses: ['127.0.0.1'], addressRefusal: 'close' });
    assert.equal(await answerFrom(t, daemon, '127.0.9.1'), '');
    assert.equal(
      (await daemon.events.seen('addressDenied')).cause,
      'the address is not in limits.allowAddresses',
    );
    await daemon.assertServesNextPeer();
  });

  it('are those of the settings as they are after a reload; sessions that run stay', async (t) => {
    const daemon = await start(t);
    const peer = await daemon.run('cat');
    const reload = (more: object) =>
      daemon.daemon.reload(loadSettings({}, { ...daemon.daemon.settings, ...more }));
    await reload({ denyAddresses: ['127.0.0.0/8'] });
    assert.equal(await answerFrom(t, daemon, '127.0.0.1'), DENIED);
    await peer.send('still here');
    peer.halfClose();
    assert.equal(await peer.toEnd(), 'still here');
    await reload({ denyAddresses: [] });
    await daemon.assertServesNextPeer();
  });

  it('take no place, and lose the one that they wait for', async (t) => {
    const daemon = await start(t, { maxConnections: 1, overflow: 'queue' });
    const { host, port } = daemon;
    const inside = await daemon.run('cat');
    const waiting = await Peer.connect(t, { host, port, localAddress: '127.0.9.1' });
    const other = await Peer.connect(t, { host, port, localAddress: '127.0.8.1' });
    for (const peer of [waiting, other]) await peer.send(request('echo in'));
    await daemon.daemon.reload(loadSettings({}, { ...daemon.daemon.settings, denyAddresses: ['127.0.9.1'] }));
    assert.equal(await waiting.toEnd(), DENIED);
    inside.halfClose();
    assert.equal(await other.toEnd(), '\0in\n');
  });

  it('are the same on a socket for both families', async (t) => {
    const daemon = await start(t, { host: '::ffff:127.0.0.1', denyAddresses: ['127.0.0.0/8'] });
    const peer = await Peer.connect(t, { host: '127.0.0.1', port: daemon.port });
    assert.equal(await peer.toEnd(), DENIED);
  });
});
