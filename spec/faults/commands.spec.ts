import assert from 'node:assert/strict';
import { it } from 'node:test';
import { anyone, forEveryWay, startDaemon } from '../support/daemon/daemon.ts';

forEveryWay('a command that misbehaves', (way) => {
  it('a command that closes its stdout early goes on, reads, and is heard on stderr', async (t) => {
    const daemon = await startDaemon(t, { authenticator: anyone(), ...way });
    const command = 'echo out; exec >&-; read line; echo "got $line" >&2; exit 3';
    const [peer, channel] = await daemon.runWithChannel(command, [0]);
    assert.equal(await peer.read(4), 'out\n');
    await daemon.assertServesNextPeer();
    await peer.send('in\n');
    assert.equal(await channel.toEnd(), 'got in\n\0exit 3\n');
    assert.equal(await peer.toEnd(), '');
  });

  it('a command that closes all its streams is waited for, and its status is told', async (t) => {
    const daemon = await startDaemon(t, { authenticator: anyone(), ...way });
    const [peer, channel] = await daemon.runWithChannel('exec <&- >&- 2>&-; sleep 0.3; exit 4', [0]);
    assert.equal(await channel.toEnd(), '\0exit 4\n');
    assert.equal(await peer.toEnd(), '');
  });

  it('a command that ignores SIGTERM continues when its peer sends one', async (t) => {
    const daemon = await startDaemon(t, { authenticator: anyone(), ...way });
    const [peer, channel] = await daemon.runWithChannel('trap "" 15; echo ready; read line; echo "$line"');
    assert.equal(await peer.read(6), 'ready\n');
    await channel.send(Buffer.of(15, 15, 15));
    await daemon.events.seen('signalForwarded');
    await peer.send('still here\n');
    assert.equal(await peer.toEnd(), 'still here\n');
  });
});
