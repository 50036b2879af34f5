import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { outcome, startFakeDaemon, text } from '../../support/daemon/fake-daemon.ts';
import { within } from '../../support/peer.ts';

const BOUNDED = { timeout: 180_000 } as const;
const MEGABYTE = Buffer.alloc(1024 * 1024, 'input');

describe('the stdin of a remote command', BOUNDED, () => {
  it('is not sent before the daemon accepted', async (t) => {
    const daemon = await startFakeDaemon(t, async (client) => {
      await client.login();
      assert.equal(client.socket.readableLength, 0);
      await client.send('\0');
      assert.equal(await client.toEnd(), 'input');
      client.halfClose();
    });
    const remote = daemon.exec({ stderrChannel: false });
    remote.stdin.end('input');
    await outcome(remote);
    await daemon.played;
  });

  it('ends with a half-close: output goes on', async (t) => {
    const daemon = await startFakeDaemon(t, async (client) => {
      await client.login();
      await client.send('\0');
      const input = await client.toEnd();
      await client.send(`after ${input}`);
      client.halfClose();
    });
    const remote = daemon.exec({ stderrChannel: false });
    remote.stdin.end('the end');
    assert.deepEqual((({ stdout, ended }) => [stdout, ended])(await outcome(remote)), [
      'after the end',
      'not told',
    ]);
  });

  it('keeps every byte', async (t) => {
    const bytes = Buffer.from(Array.from({ length: 512 }, (_, index) => index));
    const daemon = await startFakeDaemon(t, async (client) => {
      await client.login();
      await client.send('\0');
      const input = await client.toEnd();
      client.halfClose();
      return input;
    });
    const remote = daemon.exec({ stderrChannel: false });
    remote.stdin.end(bytes);
    await outcome(remote);
    assert.equal(await daemon.played, bytes.toString('latin1'));
  });

  it('waits for a daemon that does not read, and loses nothing', async (t) => {
    const megabytes = 64;
    const reads = Promise.withResolvers<void>();
    const daemon = await startFakeDaemon(t, async (client) => {
      await client.login();
      await client.send('\0');
      await reads.promise;
      const digest = await client.digest();
      client.halfClose();
      return digest[0];
    });
    const remote = daemon.exec({ stderrChannel: false });
    let taken = 0;
    for (let sent = 0; sent < megabytes; sent += 1) remote.stdin.write(MEGABYTE, () => (taken += 1));
    for (let still = 0, seen = taken; still < 200; still = seen === taken ? still + 1 : 0, seen = taken)
      await setImmediate(); // until nothing more is taken
    assert.ok(taken < megabytes, `all ${taken} MiB were taken while nobody read`);
    remote.stdin.end();
    reads.resolve();
    await outcome(remote);
    assert.equal(await daemon.played, megabytes * MEGABYTE.length);
  });

  it('may be closed by the end of the command while the caller still writes', async (t) => {
    const daemon = await startFakeDaemon(t, async (client) => {
      const { channel } = await client.login();
      await client.send('\0done');
      await channel.send('\0exit 3\n');
      client.halfClose();
      channel.halfClose();
    });
    const remote = daemon.exec();
    const write = () => void (remote.stdin.destroyed || remote.stdin.write(MEGABYTE, write));
    write();
    assert.deepEqual((({ stdout, ended }) => [stdout, ended])(await outcome(remote)), ['done', 'exit 3']);
    assert.ok(remote.stdin.destroyed);
  });
});

describe('the stdout of a remote command', BOUNDED, () => {
  it('waits for a caller that does not read, and loses nothing', async (t) => {
    const bytes = 64 * MEGABYTE.length;
    const daemon = await startFakeDaemon(t, async (client) => {
      await client.login();
      await client.send('\0');
      let passed = 0;
      const next = () => {
        if (passed < bytes) client.socket.write(MEGABYTE, () => next());
        passed += MEGABYTE.length;
        if (passed > bytes) client.halfClose();
      };
      next();
      for (let still = 0, seen = passed; still < 200; still = seen === passed ? still + 1 : 0, seen = passed)
        await setImmediate();
      return passed;
    });
    const remote = daemon.exec({ stderrChannel: false });
    assert.ok(Number(await daemon.played) < bytes, 'all of it was taken while nobody read');
    assert.equal((await text(remote.stdout)).length, bytes);
    assert.partialDeepStrictEqual(await within(remote.result, 'the result'), {
      exitCode: null,
      signal: null,
    });
  });
});
