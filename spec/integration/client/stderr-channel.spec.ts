import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { outcome, startFakeDaemon, text } from '../../support/daemon/fake-daemon.ts';

const BOUNDED = { timeout: 180_000 } as const;

describe('the stderr channel of a client', BOUNDED, () => {
  it('is listened on before the port is sent, which comes alone', async (t) => {
    const daemon = await startFakeDaemon(t, async (client) => {
      const channel = await client.connectBack(await client.field());
      assert.equal(client.socket.readableLength, 0, 'no name before the second connection');
      assert.equal(await client.field(), 'ada');
      await client.send('\x01no\n');
      channel.halfClose();
      client.halfClose();
    });
    assert.equal((await daemon.outcome()).ended, 'REXEC_REFUSED');
    await daemon.played;
  });

  it('asks for the exit status at once', async (t) => {
    const daemon = await startFakeDaemon(t, async (client) => {
      const channel = await client.connectBack(await client.field());
      return channel.read(1);
    });
    const abort = new AbortController();
    const ended = daemon.outcome({ signal: abort.signal });
    assert.equal(await daemon.played, '\0');
    abort.abort();
    await ended;
  });

  it('is not asked for when it is not wanted', async (t) => {
    const daemon = await startFakeDaemon(t, async (client) => {
      assert.equal(await client.field(), '0');
      client.reset();
    });
    assert.equal((await daemon.outcome({ stderrChannel: false })).stderr, null);
    await daemon.played;
  });

  it('carries stderr apart from stdout', async (t) => {
    const daemon = await startFakeDaemon(t, async (client) => {
      const { channel } = await client.login();
      await client.send('\0out');
      await channel.send('err');
      client.halfClose();
      channel.halfClose();
    });
    const { stdout, stderr, ended } = await daemon.outcome();
    assert.deepEqual([stdout, stderr, ended], ['out', 'err', 'not told']);
  });

  it('goes on after the end of stdout', async (t) => {
    const daemon = await startFakeDaemon(t, async (client) => {
      const { channel } = await client.login();
      await client.send('\0out');
      client.halfClose();
      await client.toEnd(); // the caller saw the end of stdout, and ends stdin
      await channel.send('late\0exit 3\n');
      channel.halfClose();
    });
    const remote = daemon.exec();
    remote.stdout.once('end', () => remote.stdin.end());
    remote.stdout.resume();
    const stderr = remote.stderr!.toArray();
    assert.partialDeepStrictEqual(await remote.result, { exitCode: 3, signal: null });
    assert.equal(String(await stderr), 'late');
  });

  it('costs stderr and the exit status when it breaks, not the command', async (t) => {
    const daemon = await startFakeDaemon(t, async (client) => {
      const { channel } = await client.login();
      await client.send('\0');
      channel.reset();
      await client.send('all the same');
      client.halfClose();
    });
    const { stdout, stderr, ended } = await daemon.outcome();
    assert.deepEqual([stdout, stderr, ended], ['all the same', '', 'not told']);
  });

  it('gives what had arrived when it breaks, and says that more may be missing', async (t) => {
    const daemon = await startFakeDaemon(t, async (client) => {
      const { channel } = await client.login();
      await client.send('\0');
      await channel.chunk(); // the exit status is asked for
      await channel.send('err');
      await client.chunk(); // the caller has seen it come
      await channel.send('or\0exit ');
      await client.chunk();
      channel.reset();
      client.halfClose();
    });
    const phases: [phase: string, detail: string][] = [];
    const remote = daemon.exec({ onPhase: (...phase) => phases.push(phase) });
    remote.stderr!.on('data', () => remote.stdin.write('seen'));
    const { stderr, ended } = await outcome(remote);
    assert.deepEqual([stderr, ended], ['error\0exit ', 'not told']);
    assert.deepEqual(phases.at(-1), [
      'stderrReset',
      'the daemon reset the stderr channel, so the end of standard error may be missing',
    ]);
  });

  it('brings the exit status only where it is asked for', async (t) => {
    const daemon = await startFakeDaemon(t, async (client) => {
      const { channel } = await client.login();
      await client.send('\0');
      client.halfClose();
      channel.halfClose();
      return channel.toEnd();
    });
    const { ended } = await daemon.outcome({ exitStatus: false });
    assert.equal(ended, 'not told');
    assert.equal(await daemon.played, '', 'not a byte is sent there');
  });

  it('is not waited for without end once stdout has ended: the exit status is unknown (C2)', async (t) => {
    const daemon = await startFakeDaemon(t, async (client) => {
      const { channel } = await client.login();
      await client.send('\0out');
      await channel.send('err');
      client.halfClose();
      await channel.chunk(); // the exit status is asked for; it never comes
    });
    const { stdout, stderr, ended, message } = await daemon.outcome({ endSeconds: 2.5 });
    assert.deepEqual([stdout, stderr, ended], ['out', 'err', 'REXEC_STATUS_UNKNOWN']);
    assert.equal(message, 'standard output has ended, and the stderr channel was silent for 2.5 s');
  });

  it('is waited for as long as it brings bytes (C2)', async (t) => {
    const daemon = await startFakeDaemon(t, async (client) => {
      const { channel } = await client.login();
      await client.send('\0');
      client.halfClose();
      for (let second = 0; second < 4; second += 1) {
        await channel.send('.');
        await delay(1000);
      }
      await channel.send('\0exit 3\n');
      channel.halfClose();
    });
    const { stderr, ended } = await daemon.outcome({ endSeconds: 2.5 });
    assert.deepEqual([stderr, ended], ['....', 'exit 3']);
  });

  it('that nobody here reads is not silent (C2)', async (t) => {
    const bytes = 4 * 1024 * 1024;
    const daemon = await startFakeDaemon(t, async (client) => {
      const { channel } = await client.login();
      await client.send('\0');
      client.halfClose();
      await channel.send(Buffer.alloc(bytes, 'e'));
      await channel.send('\0exit 3\n');
      channel.halfClose();
    });
    const remote = daemon.exec({ endSeconds: 2.1 });
    remote.stdout.resume();
    await delay(4000); // the one thing that is waited for is this caller
    assert.equal((await text(remote.stderr!)).length, bytes);
    assert.equal((await remote.result).exitCode, 3);
  });

  it('that has told the end of the command does not wait for stdout without end (C2)', async (t) => {
    const daemon = await startFakeDaemon(t, async (client) => {
      const { channel } = await client.login();
      await client.send('\0out');
      await channel.send('\0exit 3\n');
      channel.halfClose();
      await client.toEnd();
    });
    const { stdout, ended, message } = await daemon.outcome({ endSeconds: 2.5 });
    assert.deepEqual([stdout, ended], ['out', 'REXEC_LOST']);
    assert.equal(message, 'the command has ended, and its standard output was silent for 2.5 s');
  });
});
