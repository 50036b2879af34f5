import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { describe, it, type TestContext } from 'node:test';
import type { RemoteCommand } from '../../../lib/client/index.ts';
import { outcome, startFakeDaemon } from '../../support/daemon/fake-daemon.ts';
import { within } from '../../support/peer.ts';

const BOUNDED = { timeout: 180_000 } as const;

/** What the daemon reads on the stderr channel after the byte that asks for the exit status. */
async function sent(t: TestContext, send: (remote: RemoteCommand) => void): Promise<number[]> {
  const sending = Promise.withResolvers<void>();
  const daemon = await startFakeDaemon(t, async (client) => {
    const { channel } = await client.login();
    await client.send('\0ready');
    await channel.read(1);
    await sending.promise;
    client.halfClose();
    channel.halfClose();
    return channel.toEnd();
  });
  const remote = daemon.exec();
  remote.stdout.once('data', () => {
    try {
      send(remote);
    } finally {
      remote.kill(99); // so that the channel has something to end with
      sending.resolve();
    }
  });
  await outcome(remote);
  const bytes = [...Buffer.from(String(await daemon.played), 'latin1')];
  assert.equal(bytes.pop(), 99);
  return bytes;
}

describe('kill()', BOUNDED, () => {
  it('sends one byte for each signal, by name or by number', async (t) => {
    const bytes = await sent(t, (remote) => {
      assert.equal(remote.kill('SIGTERM'), true);
      assert.equal(remote.kill('SIGUSR1'), true);
      assert.equal(remote.kill(20), true);
      assert.equal(remote.kill(64), true);
    });
    assert.deepEqual(bytes, [constants.signals.SIGTERM, constants.signals.SIGUSR1, 20, 64]);
  });

  for (const number of [256 + 15, -1, 1.5, Number.NaN])
    it(`sends nothing for ${number}, which no byte can carry`, async (t) => {
      const bytes = await sent(t, (remote) => {
        try {
          assert.equal(remote.kill(number), false);
        } catch (error) {
          assert.ok(error instanceof RangeError || error instanceof TypeError, String(error)); // as good a way to say no
        }
      });
      assert.deepEqual(bytes, []);
    });

  it('sends nothing for a name this system does not have', async (t) => {
    const bytes = await sent(t, (remote) => {
      try {
        assert.equal(remote.kill('SIGFOO' as NodeJS.Signals), false);
      } catch (error) {
        assert.ok(error instanceof RangeError || error instanceof TypeError, String(error));
      }
    });
    assert.deepEqual(bytes, []);
  });

  it('is false without a stderr channel', async (t) => {
    const daemon = await startFakeDaemon(t, async (client) => {
      await client.login();
      await client.send('\0');
      client.halfClose();
    });
    const remote = daemon.exec({ stderrChannel: false });
    assert.equal(remote.kill('SIGTERM'), false);
    await outcome(remote);
  });

  it('is false before the daemon connected back and after the end', async (t) => {
    const daemon = await startFakeDaemon(t, async (client) => {
      const { channel } = await client.login();
      await client.send('\0');
      client.halfClose();
      channel.halfClose();
    });
    const remote = daemon.exec();
    assert.equal(remote.kill('SIGTERM'), false);
    await within(outcome(remote), 'the end');
    assert.equal(remote.kill('SIGTERM'), false);
  });
});
