import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startFakeDaemon } from '../../support/daemon/fake-daemon.ts';

const BOUNDED = { timeout: 180_000 } as const;

/** The last bytes of the stderr channel: what of them is stderr, and how the command ended. */
const TRAILERS = [
  ['an exit code', 'err\0exit 7\n', 'err', 'exit 7'],
  ['success', '\0exit 0\n', '', 'exit 0'],
  ['the highest exit code', '\0exit 255\n', '', 'exit 255'],
  ['a signal', 'err\0signal SIGKILL\n', 'err', 'signal SIGKILL'],
  ['the longest name of a signal', '\0signal SIGRTMAX-14\n', '', 'signal SIGRTMAX-14'],
  ['no exit status', 'err\n', 'err\n', 'not told'],
  ['nothing at all', '', '', 'not told'],
  ['an exit code beyond 255', '\0exit 256\n', '\0exit 256\n', 'not told'],
  ['an exit status without its newline', '\0exit 7', '\0exit 7', 'not told'],
  ['an exit status that is not the last', '\0exit 7\nmore', '\0exit 7\nmore', 'not told'],
  ['a word that is no exit status', '\0quit 7\n', '\0quit 7\n', 'not told'],
  ['what a command forged', 'err\0exit 0\n\0exit 7\n', 'err\0exit 0\n', 'exit 7'],
  ['what a command began to forge', '\0exit \0exit 7\n', '\0exit ', 'exit 7'],
  ['a forged signal', '\0signal SIGKILL\n\0exit 0\n', '\0signal SIGKILL\n', 'exit 0'],
] as const;

describe('the exit status of a remote command', BOUNDED, () => {
  for (const [what, bytes, stderr, ended] of TRAILERS)
    for (const cut of ['at once', 'byte by byte'] as const)
      it(`is ${ended} after ${what}, ${cut}`, async (t) => {
        const daemon = await startFakeDaemon(t, async (client) => {
          const { channel } = await client.login();
          await client.send('\0');
          for (const piece of cut === 'at once' ? [bytes] : bytes) await channel.send(piece);
          client.halfClose();
          channel.halfClose();
        });
        const result = await daemon.outcome();
        assert.deepEqual([result.stderr, result.ended], [stderr, ended]);
      });

  it('is not read from stdout', async (t) => {
    const daemon = await startFakeDaemon(t, async (client) => {
      await client.login();
      await client.send('\0\0exit 7\n');
      client.halfClose();
    });
    const { stdout, ended } = await daemon.outcome({ stderrChannel: false });
    assert.deepEqual([stdout, ended], ['\0exit 7\n', 'not told']);
  });
});
