import assert from 'node:assert/strict';
import { it } from 'node:test';
import { anyone, forEveryWay, program, startDaemon } from '../../support/daemon/daemon.ts';

/** What a client sends to ask for the exit status: signal 0, a no-op for any other daemon. */
const ASK = [0];

const STATUSES = {
  true: '\0exit 0\n',
  'exit 3': '\0exit 3\n',
  'exit 255': '\0exit 255\n',
  'kill -9 $$': '\0signal SIGKILL\n',
  'kill -15 $$': '\0signal SIGTERM\n',
  '/no/such/program 2>/dev/null': '\0exit 127\n',
  'echo err >&2; exit 4': 'err\n\0exit 4\n',
  'printf "\\0exit 0\\n" >&2; exit 5': '\0exit 0\n\0exit 5\n',
} as const;

forEveryWay('the exit status', (way) => {
  const start = (t: Parameters<typeof startDaemon>[0]) => startDaemon(t, { authenticator: anyone(), ...way });

  for (const [command, ending] of Object.entries(STATUSES))
    it(`tells a peer that asked how ${JSON.stringify(command)} ended`, async (t) => {
      const daemon = await start(t);
      const [peer, channel] = await daemon.runWithChannel(command, ASK);
      assert.equal(await channel.toEnd(), ending);
      assert.equal(await peer.toEnd(), '');
    });

  const byExeca = way.launcher === 'execa' && 'Node takes a death by a real-time signal for a clean end';
  it('tells a peer that asked that a real-time signal ended it', { skip: byExeca }, async (t) => {
    const daemon = await start(t);
    const [, channel] = await daemon.runWithChannel('kill -36 $$', ASK);
    assert.equal(await channel.toEnd(), '\0signal SIGRTMIN+2\n');
  });

  it('tells a peer that did not ask nothing', async (t) => {
    const daemon = await start(t);
    const [peer, channel] = await daemon.runWithChannel('echo err >&2; exit 3');
    assert.equal(await channel.toEnd(), 'err\n');
    assert.equal(await peer.toEnd(), '');
  });

  it('tells a peer that asked late', async (t) => {
    const daemon = await start(t);
    const [peer, channel] = await daemon.runWithChannel(`exec sh ${program('report-signals.sh')}`);
    assert.equal(await peer.read(6), 'ready\n');
    await channel.send(Buffer.of(0));
    await channel.send(Buffer.of(15));
    assert.equal(await channel.toEnd(), '\0exit 15\n');
  });

  it('tells a peer that asked and half-closed the channel at once', async (t) => {
    const daemon = await start(t);
    const [peer, channel] = await daemon.runWithChannel('read go; exit 6', ASK);
    channel.halfClose();
    await peer.send('\n');
    assert.equal(await channel.toEnd(), '\0exit 6\n');
  });

  it('tells it after the last byte of stderr, even that of a background process', async (t) => {
    const daemon = await start(t);
    const command = `sh ${program('report-signals.sh')} >&2 & exit 7`;
    const [, channel] = await daemon.runWithChannel(command, ASK);
    assert.equal(await channel.read(6), 'ready\n');
    await channel.send(Buffer.of(15));
    assert.equal(await channel.toEnd(), '15\n\0exit 7\n');
  });

  it('tells it after megabytes of stderr', async (t) => {
    const daemon = await start(t);
    const [, channel] = await daemon.runWithChannel('head -c 5000000 /dev/zero >&2; exit 8', ASK);
    const [bytes] = await channel.digest();
    assert.equal(bytes, 5_000_000 + '\0exit 8\n'.length);
  });
});
