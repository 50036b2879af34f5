import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { outcome, startFakeDaemon } from '../../support/daemon/fake-daemon.ts';
import { Peer } from '../../support/peer.ts';

const BOUNDED = { timeout: 180_000 } as const;
const QUICK = { connectSeconds: 0.3 } as const;

describe('the connection a client waits for', BOUNDED, () => {
  it('is REXEC_NO_STDERR when it does not come in time', async (t) => {
    const daemon = await startFakeDaemon(t, (client) => client.field());
    assert.equal((await daemon.outcome(QUICK)).ended, 'REXEC_NO_STDERR');
  });

  it('is REXEC_REFUSED when a refusal comes in its place', async (t) => {
    const daemon = await startFakeDaemon(t, async (client) => {
      await client.field();
      await client.send('\x01Cannot connect to the stderr port.\n');
      client.halfClose();
    });
    const { ended, message } = await daemon.outcome();
    assert.deepEqual([ended, message], ['REXEC_REFUSED', 'Cannot connect to the stderr port.']);
  });

  it('is REXEC_LOST when the daemon leaves instead', async (t) => {
    const daemon = await startFakeDaemon(t, async (client) => {
      await client.field();
      client.halfClose();
    });
    assert.equal((await daemon.outcome()).ended, 'REXEC_LOST');
  });

  it('is taken from the daemon alone: another address is dropped', async (t) => {
    const daemon = await startFakeDaemon(t, async (client) => {
      const port = await client.field();
      const stranger = await client.connectBack(port, '127.0.0.2');
      await assert.doesNotReject(
        stranger.toEnd().catch((error) => assert.match(error.message, /ECONNRESET/)),
      );
      const channel = await client.connectBack(port);
      assert.equal(await client.field(), 'ada');
      await client.send('\0');
      await channel.send('from the daemon\0exit 0\n');
      client.halfClose();
      channel.halfClose();
    });
    const { stderr, ended } = await daemon.outcome();
    await daemon.played;
    assert.deepEqual([stderr, ended], ['from the daemon', 'exit 0']);
  });

  it('is taken from addresses that the caller names, too', async (t) => {
    const daemon = await startFakeDaemon(t, async (client) => {
      const port = await client.field();
      const channel = await client.connectBack(port, '127.0.0.2');
      assert.equal(await client.field(), 'ada');
      await client.send('\0');
      await channel.send('from the daemon\0exit 0\n');
      client.halfClose();
      channel.halfClose();
    });
    const { stderr, ended } = await daemon.outcome({ stderrFrom: ['192.0.2.1', '127.0.0.2/31'] });
    await daemon.played;
    assert.deepEqual([stderr, ended], ['from the daemon', 'exit 0']);
  });

  it('is taken once: a second one of the daemon is neither read nor kept', async (t) => {
    const daemon = await startFakeDaemon(t, async (client) => {
      const port = await client.field();
      const channel = await client.connectBack(port);
      await channel.read(1);
      const second = new Peer(t, connect({ host: '127.0.0.1', port: Number(port), allowHalfOpen: true }));
      const closed = second.toEnd().catch((error) => assert.match(error.message, /ECONN(REFUSED|RESET)/));
      closed.catch(() => {}); // awaited below
      second.socket.write('from the second');
      await client.send('\0there?');
      await client.read(2); // so the caller has met the second one
      await channel.send('from the first');
      client.halfClose();
      channel.halfClose();
      await closed;
    });
    const remote = daemon.exec();
    remote.stdout.once('data', () => remote.stdin.write('ok'));
    assert.equal((await outcome(remote)).stderr, 'from the first');
    await daemon.played;
  });
});
