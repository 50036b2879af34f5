import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anyone, BOUNDED, forEveryWay, program, request, startDaemon } from '../../support/daemon/daemon.ts';
import { listenForStderr } from '../../support/peer.ts';

const REPORT = `sh ${program('report-signals.sh')}`;

forEveryWay('signals of a peer', (way) => {
  const start = (t: Parameters<typeof startDaemon>[0]) => startDaemon(t, { authenticator: anyone(), ...way });

  it('each byte on the stderr channel is a signal for the command', async (t) => {
    const daemon = await start(t);
    const [peer, channel] = await daemon.runWithChannel(REPORT);
    assert.equal(await peer.read(6), 'ready\n');
    for (const number of [1, 2, 3, 10, 12, 14, 1]) {
      await channel.send(Buffer.of(number));
      assert.equal(await peer.read(`${number}\n`.length), `${number}\n`);
    }
    await channel.send(Buffer.of(15));
    assert.equal(await peer.toEnd(), '15\n');
  });

  it('a signal reaches what the shell left in the background, too', async (t) => {
    const daemon = await start(t);
    const [peer, channel] = await daemon.runWithChannel(`sh ${program('with-grandchild.sh')}`);
    assert.equal(await peer.read(6), 'ready\n');
    await channel.send(Buffer.of(15));
    assert.equal(await peer.toEnd(), '15\n');
  });

  it('bytes that are no signal number are ignored', async (t) => {
    const daemon = await start(t);
    const [peer, channel] = await daemon.runWithChannel(REPORT);
    assert.equal(await peer.read(6), 'ready\n');
    await channel.send(Buffer.from([0, ...Array.from({ length: 191 }, (_, index) => index + 65)]));
    await channel.send(Buffer.of(10));
    assert.equal(await peer.read(3), '10\n');
    await channel.send(Buffer.of(15));
    assert.equal(await peer.toEnd(), '15\n');
  });

  it('a signal that comes before there is a command is delivered to it', async (t) => {
    const daemon = await start(t);
    const [peer, channel] = await daemon.runWithChannel('sleep 600', [0, 15]);
    assert.equal(await channel.toEnd(), '\0signal SIGTERM\n');
    assert.equal(await peer.toEnd(), '');
  });

  it('a signal ends a command that neither reads nor writes', async (t) => {
    const daemon = await start(t);
    const [peer, channel] = await daemon.runWithChannel('sleep 600', [0]);
    await daemon.assertServesNextPeer();
    await channel.send(Buffer.of(9));
    assert.equal(await channel.toEnd(), '\0signal SIGKILL\n');
    assert.equal(await peer.toEnd(), '');
  });

  it('a flood of signals does not stop the daemon from serving another peer', async (t) => {
    const daemon = await start(t);
    const [peer, channel] = await daemon.runWithChannel(REPORT);
    assert.equal(await peer.read(6), 'ready\n');
    const flood = Buffer.alloc(1024 * 1024);
    for (const at of flood.keys()) flood[at] = at % 2 ? 28 : 200; // SIGWINCH, which nobody minds, and no signal
    const sent = channel.send(flood);
    await daemon.assertServesNextPeer();
    await sent;
    await daemon.assertServesNextPeer();
    await channel.send(Buffer.of(15));
    assert.equal(await peer.toEnd(), '15\n');
  });

  it('a signal after the command ended reaches nobody', async (t) => {
    const daemon = await start(t);
    const [peer, channel] = await daemon.runWithChannel('true');
    assert.equal(await channel.toEnd(), '');
    await channel.send(Buffer.of(9, 15)).catch(() => {});
    assert.equal(await peer.toEnd(), '');
    await daemon.assertServesNextPeer();
  });
});

describe('signals of a peer that is not logged in', BOUNDED, () => {
  it('go nowhere', async (t) => {
    const daemon = await startDaemon(t);
    const stderr = await listenForStderr(t);
    const peer = await daemon.connect();
    await peer.send(`${stderr.port}\0`);
    const channel = await stderr.accepted;
    await channel.send(Buffer.of(0, 9, 15));
    await peer.send(request('true').slice(1).replace('s3cret', 'wrong'));
    assert.equal(await peer.toEnd(), '\x01Login incorrect.\n');
    assert.equal(await channel.toEnd(), '');
  });
});
