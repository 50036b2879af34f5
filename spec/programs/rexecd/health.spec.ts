import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { tellDaemon } from '../../../lib/control/index.ts';
import { PASSWORD, USER } from '../../support/daemon/daemon.ts';
import { eventually } from '../../support/peer.ts';
import { PATIENT, run, start, startRexecd, temporaryFolder, usersFileOf } from '../../support/program.ts';

async function probed(t: TestContext) {
  const socket = join(temporaryFolder(t), 'run', 'control.sock');
  const flags = ['--users', usersFileOf(t), '--control', socket, '--profile', 'false', '--log-level', 'info'];
  const { daemon, port } = await startRexecd(t, flags);
  const health = async (...words: string[]) => {
    const { stdout, stderr, status } = await run(t, 'rexecd', ['health', ...words, '--control', socket]);
    return { said: stdout + stderr, status };
  };
  /** Makes it wait for a session, until that ends. */
  const drain = async () => {
    const words = ['-l', USER, '-p', PASSWORD, '--port', `${port}`, '127.0.0.1', 'echo up; read line'];
    const remote = start(t, 'rexec', words);
    await remote.says(/^up\n/);
    daemon.child.kill('SIGTERM');
    await eventually(() => daemon.stderr.includes('REXECD-101 stopping'), 'it stops');
    return remote;
  };
  return { socket, flags, daemon, port, health, drain };
}

describe('rexecd health', PATIENT, () => {
  it('is 0 while the daemon accepts, 1 while it waits for its last sessions, 69 once it is gone', async (t) => {
    const { socket, daemon, port, health, drain } = await probed(t);
    const ready = { said: `ready: port ${port}: 0 of 12,000 sessions, 0 locked out\n`, status: 0 };
    assert.deepEqual([await health(), await health('--live')], [ready, ready]);
    assert.deepEqual(await health('--agent'), { said: 'up ready\n', status: 0 });
    const remote = await drain();
    const said = `draining: port ${port}: stopping, 1 session left\n`;
    assert.deepEqual(
      [await health(), await health('--live')],
      [
        { said, status: 1 },
        { said, status: 0 },
      ],
    );
    assert.deepEqual(await health('--agent'), { said: 'drain\n', status: 0 });
    remote.child.stdin.end('\n');
    assert.equal((await daemon.end()).status, 0);
    assert.deepEqual(await health('--agent'), { said: 'down\n', status: 0 });
    for (const words of [[], ['--live']])
      assert.deepEqual(await health(...words), {
        said: `rexecd: control socket ${socket}: no daemon is listening there (check --port)\n`,
        status: 69,
      });
    assert.ok(!existsSync(socket));
  });
});

describe('a daemon that waits for its last sessions', PATIENT, () => {
  it('takes orders about them, and reads no settings again', async (t) => {
    const { socket, daemon, drain } = await probed(t);
    const remote = await drain();
    const { sessions } = (await tellDaemon(socket, 'sessions', {})) as { sessions: { id: string }[] };
    await assert.rejects(tellDaemon(socket, 'reload'), /the daemon is stopping/);
    await tellDaemon(socket, 'kill', sessions[0]!.id);
    assert.equal((await remote.end()).status, 129);
    assert.equal((await daemon.end()).status, 0);
  });

  it('leaves its control socket to a daemon that starts, which one that serves does not', async (t) => {
    const { socket, flags, drain, health, daemon, port } = await probed(t);
    await assert.rejects(tellDaemon(socket, 'leave'), /the daemon is not stopping/);
    const remote = await drain();
    const next = await startRexecd(t, [...flags, '--port', `${port}`]);
    assert.equal((await health()).said, `ready: port ${port}: 0 of 12,000 sessions, 0 locked out\n`);
    remote.child.stdin.end('\n');
    assert.equal((await daemon.end()).status, 0);
    assert.equal((await health()).status, 0, 'the end of the old one takes nothing from the new one');
    assert.doesNotMatch(next.daemon.stderr, /REXECD-112/);
  });
});

describe('the events of a daemon', PATIENT, () => {
  it('are told to programs from a number on', async (t) => {
    const { socket, port } = await probed(t);
    type Page = { last: number; events: { n: number; name: string; count: number }[] };
    const events = async (after?: number) => (await tellDaemon(socket, 'events', after)) as Page;
    const login = () =>
      run(t, 'rexec', ['-l', USER, '-p', 'wrong', '--port', `${port}`, '127.0.0.1', 'true']);
    await login();
    const first = await events();
    assert.ok(first.events.some(({ name, count }) => name === 'loginRefused' && count === 1));
    assert.deepEqual((await events(first.last)).events, []);
    await login();
    const [again, ...others] = (await events(first.last)).events;
    assert.deepEqual([again?.name, again?.count, others], ['loginRefused', 2, []]);
    assert.equal(
      (await events(first.last + 1_000_000)).events.length,
      first.events.length,
      'of another daemon',
    );
  });
});
