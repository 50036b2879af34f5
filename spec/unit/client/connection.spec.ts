import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { exec } from '../../../lib/client/index.ts';
import { outcome, startFakeDaemon, text } from '../../support/daemon/fake-daemon.ts';
import { eventually } from '../../support/peer.ts';

const BOUNDED = { timeout: 180_000 } as const;
const ADA = { user: 'ada', password: 's3cret' } as const;
const NOBODY_LISTENS = 1; // tcpmux

describe('a connection that is not to be had', BOUNDED, () => {
  for (const host of ['127.0.0.1', '::1', 'localhost'])
    it(`is REXEC_UNREACHABLE where nobody listens, at ${host}`, async () => {
      const { ended, message } = await outcome(exec(host, 'true', { ...ADA, port: NOBODY_LISTENS }));
      assert.equal(ended, 'REXEC_UNREACHABLE');
      assert.match(message, /^(connection refused|address not available|address family not supported) /);
      assert.ok(!message.includes('\n'), 'it is one line');
    });

  it('is REXEC_UNREACHABLE when the host has no address', async () => {
    const { ended, message } = await outcome(exec('no-such-host.invalid', 'true', ADA));
    assert.equal(ended, 'REXEC_UNREACHABLE');
    assert.match(message, /^(unknown host|temporary failure in name resolution) \(no-such-host\.invalid\)$/);
  });
});

describe('a connection that breaks', BOUNDED, () => {
  for (const stderrChannel of [false, true])
    it(`is REXEC_LOST before the answer, ${stderrChannel ? 'with' : 'without'} a stderr channel`, async (t) => {
      const daemon = await startFakeDaemon(t, async (client) => {
        await client.login();
        client.reset();
      });
      assert.equal((await daemon.outcome({ stderrChannel })).ended, 'REXEC_LOST');
    });

  it('is REXEC_LOST before the daemon connected back', async (t) => {
    const daemon = await startFakeDaemon(t, async (client) => {
      await client.field();
      client.reset();
    });
    assert.equal((await daemon.outcome()).ended, 'REXEC_LOST');
  });

  it('is REXEC_LOST after the answer, and the output that arrived can still be read', async (t) => {
    const arrived = Promise.withResolvers<void>();
    const daemon = await startFakeDaemon(t, async (client) => {
      const { channel } = await client.login();
      await client.send('\0partial out');
      await channel.send('partial err');
      await arrived.promise;
      client.reset();
    });
    const remote = daemon.exec();
    await eventually(
      () => remote.stdout.readableLength > 0 && remote.stderr!.readableLength > 0,
      'both arrived',
    );
    arrived.resolve();
    await assert.rejects(remote.result, { name: 'ExecError', code: 'REXEC_LOST' });
    assert.equal(await text(remote.stdout), 'partial out');
    assert.equal(await text(remote.stderr!), 'partial err');
  });

  it('does not cost what was read before', async (t) => {
    const daemon = await startFakeDaemon(t, async (client) => {
      await client.login();
      await client.send('\0early');
      await client.read(2); // the caller answers what it read
      client.reset();
    });
    const remote = daemon.exec({ stderrChannel: false });
    remote.stdout.once('data', () => remote.stdin.write('ok'));
    const { stdout, ended } = await outcome(remote);
    assert.deepEqual([stdout, ended], ['early', 'REXEC_LOST']);
  });
});
