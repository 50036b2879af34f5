import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { PassThrough, Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { type ExecError, exec } from '../../../lib/client/index.ts';
import { BOUNDED, startDaemon, USER } from '../../support/daemon/daemon.ts';
import { startFakeDaemon } from '../../support/daemon/fake-daemon.ts';
import { eventually } from '../../support/peer.ts';
import { cleanEnvironment, PATIENT, ROOT } from '../../support/program.ts';

const refused = async (t: TestContext) => {
  const { host, port } = await startDaemon(t);
  return [host, 'echo out', { user: USER, password: 'wrong', port }] as const;
};
const REFUSED = { name: 'ExecError', code: 'REXEC_REFUSED' } as const;

describe('the streams of exec() that failed', BOUNDED, () => {
  it('are destroyed with the error of the result (D7)', async (t) => {
    const remote = exec(...(await refused(t)));
    const error: ExecError = await remote.result.then(
      () => assert.fail('it succeeded'),
      (each) => each,
    );
    await new Promise(setImmediate);
    const { stdin, stdout, stderr } = remote;
    for (const stream of [stdin, stdout, stderr!]) {
      assert.ok(stream.destroyed);
      assert.equal(stream.errored, error);
    }
  });

  it('fail pipelines in both directions (D7)', async (t) => {
    const { stdin, stdout, stderr } = exec(...(await refused(t)));
    const endless = new Readable({ read: () => {} });
    const drain = () => new Writable({ write: (_chunk, _encoding, done) => done() });
    await Promise.all([
      assert.rejects(pipeline(endless, stdin), REFUSED),
      assert.rejects(pipeline(stdout, new PassThrough(), drain()), REFUSED),
      assert.rejects(pipeline(stderr!, drain()), REFUSED),
    ]);
  });

  it('give what had arrived first, however slow the reader (D7)', async (t) => {
    const arrived = 'x'.repeat(40_000);
    const seen = Promise.withResolvers<void>();
    const daemon = await startFakeDaemon(t, async (client) => {
      await client.login();
      await client.send(`\0${arrived}`);
      await seen.promise;
      client.reset();
    });
    const { stdout, result } = daemon.exec({ stderrChannel: false });
    await eventually(() => stdout.readableLength > 0, 'output has arrived');
    seen.resolve();
    await assert.rejects(result, { code: 'REXEC_LOST' });
    let read = '';
    await assert.rejects(
      async () => {
        for await (const chunk of stdout) {
          read += chunk;
          await new Promise(setImmediate);
        }
      },
      { code: 'REXEC_LOST' },
    );
    assert.ok(arrived.startsWith(read) && read.length > 0, `${read.length} bytes`);
  });

  it('are aborted with the reason of the caller (D7)', async (t) => {
    const daemon = await startFakeDaemon(t, (client) => client.login());
    const abort = new AbortController();
    const { stdout } = daemon.exec({ signal: abort.signal });
    abort.abort('enough');
    await assert.rejects(stdout.toArray(), { code: 'REXEC_ABORTED', cause: 'enough' });
  });

  it('end cleanly with a command that fails itself', async (t) => {
    const daemon = await startDaemon(t);
    const { host, port } = daemon;
    const options = { user: USER, password: 's3cret', port };
    const { stdout, stderr, result } = exec(host, 'echo out; exit 9', options);
    assert.deepEqual([await stdout.toArray(), await stderr!.toArray()], [[Buffer.from('out\n')], []]);
    assert.equal((await result).exitCode, 9);
  });
});

describe('a program that calls exec()', PATIENT, () => {
  for (const [what, use] of [
    ['the streams alone', 'await Promise.allSettled([c.stdout.toArray(), c.stderr.toArray()])'],
    ['pipelines alone', 'await Promise.allSettled([pipeline(c.stdout, sink()), pipeline(c.stderr, sink())])'],
    ['one stream alone', 'await c.stdout.toArray().catch(() => {})'],
    ['the promise alone', 'await c.catch(() => {})'],
    ['the result alone', 'await c.result.catch(() => {})'],
    ['the lines alone', 'try { for await (const _ of c); } catch {}'],
  ] as const)
    it(`does not die of a failed session if it awaits ${what} (D7)`, async (t) => {
      const [host, command, options] = await refused(t);
      const script = `
        import { pipeline } from 'node:stream/promises';
        import { Writable } from 'node:stream';
        import { exec } from ${JSON.stringify(new URL('../../../lib/client/index.ts', import.meta.url))};
        const sink = () => new Writable({ write: (chunk, encoding, done) => done() });
        const c = exec(${JSON.stringify(host)}, ${JSON.stringify(command)}, ${JSON.stringify(options)});
        ${use};
        await new Promise((resolve) => setTimeout(resolve, 100));
        console.log('alive');`;
      const words = ['--input-type=module', '-e', script];
      const { stdout } = await promisify(execFile)(process.execPath, words, {
        cwd: ROOT,
        env: cleanEnvironment(),
      });
      assert.equal(stdout, 'alive\n');
    });
});
