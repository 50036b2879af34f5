import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startFakeDaemon } from '../../support/daemon/fake-daemon.ts';

const BOUNDED = { timeout: 180_000 } as const;

/** What a daemon may say first, and what the caller hears of it. */
const ANSWERS = [
  ['a refusal with its newline', '\x01Login incorrect.\n', 'REXEC_REFUSED', 'Login incorrect.'],
  ['a refusal without a newline', '\x01Where are you?', 'REXEC_REFUSED', 'Where are you?'],
  ['a refusal without a text', '\x01\n', 'REXEC_REFUSED', ''],
  ['a refusal that is only its byte', '\x01', 'REXEC_REFUSED', ''],
  ['no more of a refusal than its line', '\x01no\nmore\n', 'REXEC_REFUSED', 'no'],
  [
    'control characters of a refusal as they are, but for its line end',
    '\x01a\x1b[31m\0b\r\n',
    'REXEC_REFUSED',
    'a\x1b[31m\0b',
  ],
  ['1024 bytes of an endless refusal', `\x01${'x'.repeat(5000)}`, 'REXEC_REFUSED', 'x'.repeat(1024)],
  ['bytes that are no text as U+FFFD', '\x01caf\xe9\n', 'REXEC_REFUSED', 'caf\ufffd'],
  ['the end before an answer', '', 'REXEC_LOST', 'the connection ended before the daemon answered'],
  ['another protocol', 'SSH-2.0-x\r\n', 'REXEC_PROTOCOL', 'reply begins with byte 83, not 0 or 1'],
  ['the byte 2', '\x02', 'REXEC_PROTOCOL', 'reply begins with byte 2, not 0 or 1'],
] as const;

describe('the answer of a daemon', BOUNDED, () => {
  it('is output when it begins with a NUL, which is not part of it', async (t) => {
    const daemon = await startFakeDaemon(t, async (client) => {
      await client.login();
      await client.send('\0out\0\x01put');
      client.halfClose();
    });
    const { stdout, stderr, ended } = await daemon.outcome({ stderrChannel: false });
    assert.deepEqual({ stdout, stderr, ended }, { stdout: 'out\0\x01put', stderr: null, ended: 'not told' });
  });

  it('is late when a refusal does not end', async (t) => {
    const daemon = await startFakeDaemon(t, async (client) => {
      await client.login();
      await client.send('\x01not yet');
      await client.toEnd();
    });
    for (const stderrChannel of [true, false]) {
      const { ended, message } = await daemon.outcome({ stderrChannel, answerSeconds: 0.3 });
      assert.deepEqual([ended, message], ['REXEC_TIMED_OUT', 'no answer to the login within 0.3 s']);
    }
  });

  it('may come byte by byte', async (t) => {
    const daemon = await startFakeDaemon(t, async (client) => {
      await client.login();
      for (const byte of '\0byte by byte') await client.send(byte);
      client.halfClose();
    });
    assert.equal((await daemon.outcome({ stderrChannel: false })).stdout, 'byte by byte');
  });

  for (const [what, bytes, code, message] of ANSWERS)
    for (const stderrChannel of [false, true])
      it(`tells ${what} as ${code}, ${stderrChannel ? 'with' : 'without'} a stderr channel`, async (t) => {
        const daemon = await startFakeDaemon(t, async (client) => {
          const login = await client.login();
          await client.send(bytes);
          client.halfClose();
          if (stderrChannel) login.channel.halfClose();
        });
        const { ended, ...heard } = await daemon.outcome({ stderrChannel });
        assert.equal(ended, code);
        assert.equal(heard.message, message);
        assert.equal(heard.stdout, '');
        assert.equal(heard.stderr, stderrChannel ? '' : null);
      });
});
