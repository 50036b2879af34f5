import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  anyone,
  type DaemonUnderTest,
  forEveryWay,
  program,
  request,
  startDaemon,
} from '../../support/daemon/daemon.ts';
import { eventually } from '../../support/peer.ts';

/** The shell of the first command is reaped, and the daemon had the time to act on it. */
async function shellEnded(daemon: DaemonUnderTest): Promise<void> {
  const { pid } = await daemon.events.seen('commandStarted');
  const isRunning = () => {
    try {
      return process.kill(Number(pid), 0);
    } catch {
      return false;
    }
  };
  await eventually(() => !isRunning(), 'the shell has ended');
  await daemon.assertServesNextPeer();
}

forEveryWay('output of a command', (way) => {
  const start = (t: Parameters<typeof startDaemon>[0]) => startDaemon(t, { authenticator: anyone(), ...way });

  it('passes every byte value of stdout on', async (t) => {
    const daemon = await start(t);
    const octal = Array.from({ length: 256 }, (_, byte) => `\\${byte.toString(8).padStart(3, '0')}`);
    const every = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString('latin1');
    assert.equal(await daemon.answer(request(`printf '${octal.join('')}'`)), `\0${every}`);
  });

  it('keeps stdout and stderr in order where there is no stderr channel', async (t) => {
    const daemon = await start(t);
    for (let time = 0; time < 10; time += 1)
      assert.equal(await daemon.answer(request('echo a; echo b >&2; echo c; echo d >&2')), '\0a\nb\nc\nd\n');
    const numbered = Array.from({ length: 400 }, (_, line) => `${line}\n`).join('');
    const turns = 'i=0; while [ $i -lt 400 ]; do echo $i >&$((i % 2 + 1)); i=$((i + 1)); done';
    assert.equal(await daemon.answer(request(turns)), `\0${numbered}`);
  });

  it('passes output on when it is written, not when the command ends', async (t) => {
    const daemon = await start(t);
    const peer = await daemon.run('echo one; read go; echo two >&2; read go; echo three');
    for (const line of ['one\n', 'two\n']) {
      assert.equal(await peer.read(line.length), line);
      await peer.send('\n');
    }
    assert.equal(await peer.toEnd(), 'three\n');
  });

  it('keeps the connection open until a background process has ended', async (t) => {
    const daemon = await start(t);
    const [peer, channel] = await daemon.runWithChannel(
      "{ trap 'echo late; exit' TERM; echo ready; sleep 600 >&- 2>&- & wait; } & exit 5",
    );
    assert.equal(await peer.read(6), 'ready\n');
    await daemon.assertServesNextPeer();
    assert.ok(!peer.socket.readableEnded);
    await channel.send(Buffer.of(15));
    assert.equal(await peer.toEnd(), 'late\n');
    const { status } = await daemon.events.seen('commandEnded', 1); // after that of the other peer
    assert.equal(status, 5);
  });

  it('keeps the connection open for a process that left the group of the command', async (t) => {
    const daemon = await start(t);
    const peer = await daemon.run(`exec 3<&0; setsid sh ${program('late-word.sh')} & read go; exit 0`);
    const [, pid] = (await peer.chunk())?.toString().split(' ') ?? [];
    await peer.send('go\n'); // only now does the shell end
    await shellEnded(daemon);
    process.kill(Number(pid), 'SIGTERM');
    assert.equal(await peer.toEnd(), 'late word\n');
  });

  it('keeps passing stdin on to a process the shell left behind', async (t) => {
    const daemon = await start(t);
    const peer = await daemon.run('exec 3<&0; { read line <&3; echo "late $line"; } & echo started');
    assert.equal(await peer.read(8), 'started\n');
    await shellEnded(daemon);
    await peer.send('go\n');
    assert.equal(await peer.toEnd(), 'late go\n');
  });

  it('ends the connection with a command whose background process let go of it', async (t) => {
    const daemon = await start(t);
    const peer = await daemon.run('sleep 600 </dev/null >/dev/null 2>&1 & echo $!');
    const pid = Number(await peer.toEnd());
    assert.ok(process.kill(pid, 'SIGKILL'), 'it was still running');
  });

  it('does not reset the connection over unread input when the last process ends a moment after the shell', async (t) => {
    const daemon = await start(t);
    const peer = await daemon.run('sleep 0.05 & read go; echo done');
    await peer.send('go\nunread');
    assert.equal(await peer.toEnd(), 'done\n');
    assert.ok(!peer.socket.errored);
  });

  it('half-closes after the last byte and leaves the rest to the peer', async (t) => {
    const daemon = await start(t);
    const peer = await daemon.run('echo done');
    assert.equal(await peer.toEnd(), 'done\n');
    assert.ok(!peer.socket.errored);
    await peer.send('a late word').catch(() => {});
    await daemon.assertServesNextPeer();
  });
});
