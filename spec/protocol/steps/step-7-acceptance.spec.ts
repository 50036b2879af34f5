import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BOUNDED, forEveryWay, request, startDaemon } from '../../support/daemon/daemon.ts';
import { listenForStderr } from '../../support/peer.ts';

forEveryWay('[step 7] the success byte', (way) => {
  it('[step 7] answers one NUL, alone and before any output', async (t) => {
    const daemon = await startDaemon(t, way);
    const peer = await daemon.connect();
    await peer.send(request('read line; echo "got $line"'));
    assert.deepEqual(await peer.chunk('the success byte'), Buffer.of(0));
    await peer.send('go\n');
    assert.equal(await peer.toEnd(), 'got go\n');
  });

  it('[step 7] answers the NUL once, whether the command writes, fails or says nothing', async (t) => {
    const daemon = await startDaemon(t, way);
    for (const [command, output] of [
      ['true', ''],
      ['exit 3', ''],
      ['kill -9 $$', ''],
      ['printf x', 'x'],
      ['printf "\\0\\001"', '\0\x01'],
      ['/no/such/program 2>/dev/null', ''],
    ] as const)
      assert.equal(await daemon.answer(request(command)), `\0${output}`, command);
  });

  it('[step 7] answers the NUL on the initial connection, never on the second', async (t) => {
    const daemon = await startDaemon(t, way);
    const stderr = await listenForStderr(t);
    const peer = await daemon.connect();
    await peer.send(request('echo out; echo err >&2', stderr.port));
    assert.equal(await peer.toEnd(), '\0out\n');
    assert.equal(await (await stderr.accepted).toEnd(), 'err\n');
  });

  it('[step 7] answers to a request in one segment, byte by byte and field by field alike', async (t) => {
    const daemon = await startDaemon(t, way);
    const whole = request('echo ok', '0');
    for (const pieces of [[whole], [...whole], whole.split(/(?<=\0)/)]) {
      const peer = await daemon.connect();
      for (const piece of pieces) await peer.send(piece);
      assert.equal(await peer.toEnd(), '\0ok\n');
    }
  });
});

describe('[step 7] a refused peer', BOUNDED, () => {
  it('[step 7] gets byte 1 first, and no NUL', async (t) => {
    const daemon = await startDaemon(t);
    const answer = await daemon.answer('\0eve\0x\0true\0');
    assert.equal(answer.charCodeAt(0), 1);
    assert.ok(!answer.includes('\0'));
  });
});
