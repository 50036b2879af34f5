import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BOUNDED, request, startDaemon } from '../../support/daemon/daemon.ts';
import { listenForStderr } from '../../support/peer.ts';

const INVALID = ['\x01invalid stderr port\n', 'REXEC_PORT_INVALID'] as const;
const TOO_LONG = ['\x01port too long\n', 'REXEC_FIELD_TOO_LONG'] as const;

const REFUSED = {
  '1': INVALID,
  '512': INVALID,
  '1023': INVALID,
  '65536': INVALID, // 0 where a port wraps
  '66048': INVALID, // 512 where it does
  '99999': INVALID,
  '-1': INVALID,
  '+1024': INVALID,
  ' 0': INVALID,
  '0 ': INVALID,
  '0x400': INVALID,
  '1e4': INVALID,
  '10.24': INVALID,
  abc: INVALID,
  '٣': INVALID,
  '000000': TOO_LONG,
  '102400': TOO_LONG,
  '065535': TOO_LONG,
} as const;

describe('[step 1] the stderr port', BOUNDED, () => {
  for (const port of ['', '0', '00', '00000'])
    it(`[step 1] takes ${JSON.stringify(port)} as no stderr channel`, async (t) => {
      const daemon = await startDaemon(t);
      assert.equal(await daemon.answer(request('echo out; echo err >&2', port)), '\0out\nerr\n');
    });

  it('[step 1] reads the number in base 10, leading zeros or not', async (t) => {
    const daemon = await startDaemon(t);
    const stderr = await listenForStderr(t);
    const peer = await daemon.connect();
    await peer.send(request('echo err >&2', String(stderr.port).padStart(5, '0')));
    assert.equal(await (await stderr.accepted).toEnd(), 'err\n');
    assert.equal(await peer.toEnd(), '\0');
  });

  for (const [port, [answer, code]] of Object.entries(REFUSED))
    it(`[step 1] refuses ${JSON.stringify(port)} before the user is named`, async (t) => {
      const daemon = await startDaemon(t);
      assert.equal(await daemon.answer(`${Buffer.from(port).toString('latin1')}\0`), answer);
      assert.equal((await daemon.events.seen('requestRefused')).code, code);
      await daemon.assertServesNextPeer();
    });

  it('[step 1] refuses the sixth digit without waiting for the NUL', async (t) => {
    const daemon = await startDaemon(t);
    assert.equal(await daemon.answer('123456'), '\x01port too long\n');
  });

  it('[step 1] moves the lowest port with its setting', async (t) => {
    const stderr = await listenForStderr(t);
    const daemon = await startDaemon(t, { lowestStderrPort: stderr.port + 1 });
    assert.equal(await daemon.answer(request('true', stderr.port)), '\x01invalid stderr port\n');
    assert.equal(stderr.count(), 0);
  });
});
