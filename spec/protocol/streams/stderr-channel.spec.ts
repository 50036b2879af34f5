import assert from 'node:assert/strict';
import { it } from 'node:test';
import { anyone, forEveryWay, program, startDaemon } from '../../support/daemon/daemon.ts';
import { eventually } from '../../support/peer.ts';
import { isAlive } from '../../support/program.ts';

forEveryWay('[step 2] the stderr channel', (way) => {
  const start = (t: Parameters<typeof startDaemon>[0]) => startDaemon(t, { authenticator: anyone(), ...way });

  it('[step 2] carries stderr, and only stderr', async (t) => {
    const daemon = await start(t);
    const [peer, channel] = await daemon.runWithChannel('echo out; echo err >&2; printf "\\0\\377" >&2');
    assert.equal(await peer.toEnd(), 'out\n');
    assert.equal(await channel.toEnd(), 'err\n\0\xff');
  });

  it('[step 2] carries megabytes of stderr while stdin and stdout flow', async (t) => {
    const daemon = await start(t);
    const [peer, channel] = await daemon.runWithChannel(
      'head -c 8000000 /dev/zero >&2; cat; head -c 8000000 /dev/zero >&2',
    );
    const errors = channel.digest();
    await peer.send('in and out');
    peer.halfClose();
    assert.equal(await peer.toEnd(), 'in and out');
    assert.equal((await errors)[0], 16_000_000);
  });

  it('[step 2] waits for a peer that is slow to read stderr', async (t) => {
    const daemon = await start(t);
    const [peer, channel] = await daemon.runWithChannel('head -c 20000000 /dev/zero >&2; echo done');
    await daemon.assertServesNextPeer();
    assert.equal((await channel.digest())[0], 20_000_000);
    assert.equal(await peer.toEnd(), 'done\n');
  });

  it('[step 2] keeps carrying stderr after the peer half-closed its side', async (t) => {
    const daemon = await start(t);
    const [peer, channel] = await daemon.runWithChannel('read go; echo out; echo err >&2');
    channel.halfClose();
    await peer.send('\n');
    assert.equal(await peer.toEnd(), 'out\n');
    assert.equal(await channel.toEnd(), 'err\n');
  });

  for (const how of ['closes', 'resets'] as const)
    it(`[step 2] lets the command go on when the peer ${how} the channel`, async (t) => {
      const daemon = await start(t);
      const command = `read go; head -c 3000000 /dev/zero >&2; echo "wrote: $?"; echo more >&2; echo "and: $?"`;
      const [peer, channel] = await daemon.runWithChannel(command);
      if (how === 'closes') channel.socket.destroy();
      else channel.reset();
      await daemon.assertServesNextPeer();
      await peer.send('\n');
      assert.equal(await peer.toEnd(), 'wrote: 0\nand: 0\n');
      await daemon.assertServesNextPeer();
    });

  it('[step 2] lets the command continue when the channel breaks during a flood of stderr', async (t) => {
    const daemon = await start(t);
    const [peer, channel] = await daemon.runWithChannel('head -c 50000000 /dev/zero >&2; echo done');
    await channel.read(1_000_000);
    channel.reset();
    assert.equal(await peer.toEnd(), 'done\n');
  });

  it('[step 2] lost for good, ends what a command left behind that writes to it', async (t) => {
    const daemon = await start(t);
    const [peer, channel] = await daemon.runWithChannel('yes >&2 & echo $!; exit 0');
    const pid = Number(await peer.chunk());
    await channel.read(100_000);
    channel.reset();
    assert.equal(await peer.toEnd(), '');
    await eventually(() => !isAlive(pid), `process ${pid} is gone`);
    await eventually(() => daemon.daemon.sessions.length === 0, 'the session is over');
  });

  it('[step 2] ends with the last process that writes to it', async (t) => {
    const daemon = await start(t);
    const command = `sh ${program('report-signals.sh')} >&2 <&- & exec >&-; exit 0`;
    const [peer, channel] = await daemon.runWithChannel(command);
    assert.equal(await channel.read(6), 'ready\n');
    await daemon.assertServesNextPeer();
    await channel.send(Buffer.of(15));
    assert.equal(await channel.toEnd(), '15\n');
    assert.equal(await peer.toEnd(), '');
  });
});
