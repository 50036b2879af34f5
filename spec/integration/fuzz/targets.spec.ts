import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  type FuzzErrorCode,
  fuzz,
  parseScript,
  replay,
  type Target,
  targets,
} from '../../../lib/fuzz/index.ts';

const BOUNDED = { timeout: 180_000 } as const;
const refusal = (code: FuzzErrorCode, message: RegExp) => (error: NodeJS.ErrnoException) =>
  error.code === code && message.test(error.message);

/** Plays a script against a target, closes it, and tells what the first peer read. */
async function answerOf(target: Target, text: string): Promise<string> {
  try {
    const { observation } = await replay(target, parseScript(text), { boundMs: 2000 });
    return Buffer.concat(observation.peers[0]!.arrivals.map(({ bytes }) => bytes)).toString('latin1');
  } finally {
    await target.close();
  }
}

describe('a target', BOUNDED, () => {
  const request = 'send "\\0ada\\0x\\0:\\0"\nhalf-close\nexpect end';

  it('is a program that listens', async () => {
    const server = fileURLToPath(new URL('broken/serve.ts', import.meta.url));
    const target = await targets.command([process.execPath, server]);
    assert.ok(target.pid);
    assert.equal(await answerOf(target, request), '\x01Login incorrect.\n');
    assert.equal(target.alive, false);
  });

  it('is a program that serves on its standard input and output', async () => {
    const target = await targets.inetd(['/bin/sh', '-c', 'cat >&2; printf "\\1bye\\n"']);
    assert.equal(await answerOf(target, request), '\0ada\0x\0:\0\x01bye\n');
  });

  it('may be reset amid a half-close, by a peer whose patience is no whole number of milliseconds', async () => {
    const target = await targets.handler((socket) => void socket.on('error', () => {}).resume());
    const script = parseScript(`send "x"*70000\nhalf-close\nreset`);
    const { observation } = await replay(target, script, { boundMs: 2000.5 });
    assert.equal(observation.peers[0]!.wasReset, true);
    await target.close();
  });

  it('is a function', async () => {
    const target = await targets.handler((socket) => void socket.end('\x01no\n'));
    assert.equal(await answerOf(target, request), '\x01no\n');
  });

  it('is not a program that ends, and its words say why', async () => {
    const started = targets.command(['/bin/sh', '-c', 'echo no licence; exit 3']);
    await assert.rejects(started, refusal('FUZZ_TARGET_FAILED', /exited with 3; its output: no licence/));
  });

  it('is not a program that there is not', () =>
    assert.rejects(targets.command(['/nonexistent/rexecd']), refusal('FUZZ_TARGET_FAILED', /no such file/)));

  for (const host of ['192.0.2.1', '::', '0.0.0.0', '2001:db8::1'])
    it(`is not ${host} unless its owner says so`, async () => {
      const isRefused = refusal(
        'FUZZ_NOT_LOOPBACK',
        new RegExp(`which is not a loopback address.*I own ${host}`),
      );
      await assert.rejects(targets.address(host, 512), isRefused);
      await assert.rejects(targets.address(host, 512, { words: 'I own 127.0.0.1' }), isRefused);
      assert.equal((await targets.address(host, 512, { words: `I own ${host}` })).port, 512);
    });

  it('is fuzzed only if a valid login works', async () => {
    const target = await targets.handler((socket) => void socket.end('\x01Login incorrect.\n'));
    const login = { user: 'ada', password: 'x' };
    await assert.rejects(
      fuzz(target, { login }),
      refusal('FUZZ_TARGET_FAILED', /the login as ada does not work/),
    );
    await target.close();
  });
});
