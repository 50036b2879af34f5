import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anyone, BOUNDED, request, startDaemon } from '../../support/daemon/daemon.ts';
import { eventually, listenForStderr } from '../../support/peer.ts';

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('a peer that vanishes', BOUNDED, () => {
  const relayed = { authenticator: anyone() };

  it('takes its relayed command along with SIGHUP', async (t) => {
    const daemon = await startDaemon(t, { ...relayed, killSeconds: 60 });
    const peer = await daemon.run('echo $$; exec sleep 600');
    const pid = Number(await peer.read(2).then(async (start) => start + ((await peer.chunk()) ?? '')));
    peer.reset();
    await daemon.events.seen('peerVanished');
    await eventually(() => !isAlive(pid), `process ${pid} is gone`);
    await eventually(() => daemon.daemon.sessions.length === 0, 'the session is over');
    await daemon.assertServesNextPeer();
  });

  it('leaves a command that ignores SIGHUP alone, as ssh does (B6)', async (t) => {
    const daemon = await startDaemon(t, { ...relayed, killSeconds: 0.3 });
    const peer = await daemon.run('trap "" 1; printf "ready "; exec sleep 600');
    assert.equal(await peer.read(6), 'ready ');
    const { pid } = await daemon.events.seen('commandStarted');
    t.after(() => process.kill(Number(pid), 'SIGKILL'));
    peer.reset();
    await daemon.events.seen('peerVanished');
    await eventually(() => daemon.daemon.sessions.length === 0, 'the session is over');
    assert.ok(isAlive(Number(pid)));
    await daemon.assertServesNextPeer();
  });

  it('takes its relayed command along while it floods the connection', async (t) => {
    const daemon = await startDaemon(t, relayed);
    const peer = await daemon.run('exec yes');
    await peer.read(1_000_000);
    const { pid } = await daemon.events.seen('commandStarted');
    peer.reset();
    await eventually(() => !isAlive(Number(pid)), `process ${pid} is gone`);
    await daemon.assertServesNextPeer();
  });

  for (const sent of ['', '0', '0\0', '0\0ada\0s3c', request('true').slice(0, -1)])
    it(`leaves nothing behind after ${JSON.stringify(sent)} and a reset`, async (t) => {
      const daemon = await startDaemon(t, relayed);
      const peer = await daemon.connect();
      if (sent) await peer.send(sent);
      await eventually(() => daemon.daemon.sessions.length === 1, 'the session has begun');
      peer.reset();
      await eventually(() => daemon.daemon.sessions.length === 0, 'the session is over');
      await daemon.assertServesNextPeer();
    });

  it('is not waited for while its login is being refused', async (t) => {
    const daemon = await startDaemon(t, { refusalSeconds: 60 });
    const peer = await daemon.connect();
    await peer.send('\0eve\0x\0true\0');
    const state = async () => (await daemon.daemon.sessions[0]?.summary)?.state;
    await eventually(async () => (await state()) === 'verifying', 'the login is looked at');
    peer.reset();
    await daemon.assertServesNextPeer();
  });

  it('takes its stderr channel along', async (t) => {
    const daemon = await startDaemon(t, relayed);
    const stderr = await listenForStderr(t);
    const peer = await daemon.connect();
    await peer.send(`${stderr.port}\0`);
    const channel = await stderr.accepted;
    peer.reset();
    assert.equal(await channel.toEnd(), '');
    await daemon.assertServesNextPeer();
  });
});
