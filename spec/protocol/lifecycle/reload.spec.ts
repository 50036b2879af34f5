import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadSettings } from '../../../lib/settings/index.ts';
import {
  anyone,
  BOUNDED,
  type DaemonUnderTest,
  nobody,
  request,
  startDaemon,
} from '../../support/daemon/daemon.ts';
import { Peer, within } from '../../support/peer.ts';

const settings = (daemon: DaemonUnderTest, more: object) =>
  loadSettings({}, { ...daemon.daemon.settings, refusalSeconds: 0, port: daemon.port, ...more });

describe('new settings', BOUNDED, () => {
  it('count for peers that come from then on, not for sessions that run', async (t) => {
    const daemon = await startDaemon(t, { authenticator: anyone(), port: 0 });
    const running = await daemon.run('read line; echo "$line"');
    await daemon.daemon.reload(settings(daemon, { maxConnections: 1 }));
    assert.equal(await daemon.answer(request('true')), '\x01Try again.\n');
    await running.send('on\n');
    assert.equal(await running.toEnd(), 'on\n');
  });

  it('can bring another authenticator', async (t) => {
    let ended = 0;
    const end = async () => {
      ended += 1;
    };
    const daemon = await startDaemon(t, {
      authenticator: { ...anyone(), end },
    });
    await daemon.assertServesNextPeer();
    await daemon.daemon.reload(settings(daemon, {}), nobody);
    assert.equal(await daemon.answer(request('true')), '\x01Login incorrect.\n');
    assert.equal(ended, 1, 'the one before has no more work to do');
  });

  it('let a peer in the middle of its request go on', async (t) => {
    const daemon = await startDaemon(t, { authenticator: anyone() });
    const peer = await daemon.connect();
    await peer.send('\0ada\0s3c');
    await daemon.daemon.reload(settings(daemon, {}), nobody);
    await peer.send('ret\0echo old\0');
    assert.equal(await peer.toEnd(), '\0old\n');
  });

  it('keep lockouts', async (t) => {
    const daemon = await startDaemon(t, { lockoutFailures: 1, lockoutSeconds: 600 });
    assert.equal(await daemon.answer('\0ada\0wrong\0true\0'), '\x01Login incorrect.\n');
    await daemon.daemon.reload(settings(daemon, { lockoutFailures: 1 }), anyone());
    assert.equal(await daemon.answer(request('true')), '\x01Login incorrect.\n');
    assert.deepEqual(
      daemon.daemon.lockout.list().map(({ subject }) => subject),
      ['ada from 127.0.0.1'],
    );
  });

  it('move to another address, with no connection lost', async (t) => {
    const daemon = await startDaemon(t, { authenticator: anyone() });
    const running = await daemon.run('read line; echo "$line"');
    await daemon.daemon.reload(settings(daemon, { host: '127.0.0.2', port: 0 }));
    const { port } = daemon.daemon;
    await assert.rejects(daemon.connect(), { code: 'ECONNREFUSED' });
    const peer = await Peer.connect(t, { host: '127.0.0.2', port });
    await peer.send(request('echo moved'));
    assert.equal(await peer.toEnd(), '\0moved\n');
    await running.send('on\n');
    assert.equal(await running.toEnd(), 'on\n');
  });

  it('change nothing when the new port cannot be had', async (t) => {
    const other = await startDaemon(t, { authenticator: anyone() });
    const daemon = await startDaemon(t, { authenticator: anyone() });
    await assert.rejects(daemon.daemon.reload(settings(other, { maxConnections: 1 }), nobody), {
      code: 'EADDRINUSE',
    });
    await daemon.assertServesNextPeer();
    await other.assertServesNextPeer();
  });

  it('under load lose no session', async (t) => {
    const daemon = await startDaemon(t, { authenticator: anyone() });
    const answers = Array.from({ length: 60 }, async (_, index) => {
      if (index % 10 === 5) await daemon.daemon.reload(settings(daemon, { drainSeconds: 1 + index / 100 }));
      return daemon.answer(request(`echo ${index}`));
    });
    const all = await within(Promise.all(answers), 'every answer');
    assert.deepEqual(
      all,
      answers.map((_, index) => `\0${index}\n`),
    );
  });
});
