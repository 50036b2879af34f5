import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type ExecError, exec } from '../../../lib/client/index.ts';
import { BOUNDED, PASSWORD, startDaemon, USER } from '../../support/daemon/daemon.ts';
import { type Script, startFakeDaemon } from '../../support/daemon/fake-daemon.ts';
import { within } from '../../support/peer.ts';

/** An account of a real daemon. */
async function account(t: TestContext) {
  const { host, port } = await startDaemon(t);
  return { host, options: { user: USER, password: PASSWORD, port } } as const;
}

const silent: Script = (client) => client.login();
const untold: Script = async (client) => {
  const { channel } = await client.login();
  await client.send('\0out');
  client.halfClose();
  channel.halfClose();
};

describe('the result of exec()', BOUNDED, () => {
  it('is had by awaiting the command, whose outputs nobody reads', async (t) => {
    const { host, options } = await account(t);
    const command = 'yes | head -c 4000000; yes | head -c 4000000 >&2; exit 7';
    assert.deepEqual(await within(Promise.resolve(exec(host, command, options)), 'the result'), {
      exitCode: 7,
      signal: null,
      stdout: undefined,
      stderr: undefined,
      timedOut: false,
      isCanceled: false,
    });
  });

  it('has both outputs as text where it is asked to', async (t) => {
    const { host, options } = await account(t);
    const command = 'echo "✓ out"; echo err >&2; kill -KILL $$';
    const result = await exec(host, command, { ...options, capture: true });
    const stdout: string = result.stdout; // the type says so too
    assert.deepEqual([stdout, result.stderr, result.signal], ['✓ out\n', 'err\n', 'SIGKILL']);
  });

  it('has all of it in stdout without a stderr channel', async (t) => {
    const { host, options } = await account(t);
    const merged = { ...options, stderrChannel: false, capture: true } as const;
    const { stdout, stderr } = await exec(host, 'echo out; echo err >&2', merged);
    assert.deepEqual([stdout, stderr], ['out\nerr\n', '']);
  });

  it('leaves the streams to be read, though they are captured', async (t) => {
    const { host, options } = await account(t);
    const remote = exec(host, 'cat', { ...options, capture: true });
    const read = remote.stdout.toArray();
    remote.stdin.end('both');
    assert.equal(Buffer.concat(await read).toString(), 'both');
    assert.equal((await remote).stdout, 'both');
  });

  for (const [where, command] of [
    ['stdout', 'yes'],
    ['stderr', 'yes >&2'],
  ] as const)
    it(`is REXEC_OUTPUT_TOO_LONG for an endless ${where}, with what fits`, async (t) => {
      const { host, options } = await account(t);
      const remote = exec(host, command, { ...options, capture: { maxBytes: 1001 } });
      const error = await within(
        remote.then(
          () => assert.fail('it ended'),
          (each: ExecError) => each,
        ),
        'the error',
      );
      assert.deepEqual([error.code, error.phase], ['REXEC_OUTPUT_TOO_LONG', 'run']);
      assert.equal(error[where], 'y\n'.repeat(501).slice(0, 1001));
    });

  it('passes just as much as may be captured', async (t) => {
    const { host, options } = await account(t);
    const capture = { maxBytes: 1000 };
    assert.equal((await exec(host, 'yes | head -c 1000', { ...options, capture })).stdout.length, 1000);
  });

  it('has an error of the same shape, with what was captured so far', async (t) => {
    const daemon = await startFakeDaemon(t, async (client) => {
      await client.login();
      await client.send('\0some');
    });
    const abort = new AbortController();
    const remote = daemon.exec({ capture: true, signal: abort.signal });
    remote.stdout.once('data', () => abort.abort());
    const { exitCode, signal, stdout, stderr, timedOut, isCanceled } = await remote.catch(
      (error: ExecError) => error,
    );
    assert.deepEqual(
      { exitCode, signal, stdout, stderr, timedOut, isCanceled },
      { exitCode: null, signal: null, stdout: 'some', stderr: '', timedOut: false, isCanceled: true },
    );
  });

  it('is REXEC_STATUS_UNKNOWN with strict where the daemon does not tell', async (t) => {
    const daemon = await startFakeDaemon(t, untold);
    const { ended, stdout } = await daemon.outcome({ strict: true });
    assert.deepEqual([ended, stdout], ['REXEC_STATUS_UNKNOWN', 'out']);
  });

  it('is no error with strict where the daemon tells', async (t) => {
    const { host, options } = await account(t);
    assert.equal((await exec(host, 'exit 3', { ...options, strict: true })).exitCode, 3);
  });

  it('calls what is registered for its end, as a promise does', async (t) => {
    const { host, options } = await account(t);
    let called = 0;
    const { exitCode } = await exec(host, 'true', options).finally(() => {
      called += 1;
    });
    assert.deepEqual([exitCode, called], [0, 1]);
  });
});

describe('the time limits of exec()', BOUNDED, () => {
  it('are for the answer to the login', async (t) => {
    const daemon = await startFakeDaemon(t, silent);
    const { ended, message } = await daemon.outcome({ answerSeconds: 0.05 });
    assert.deepEqual([ended, message], ['REXEC_TIMED_OUT', 'no answer to the login within 0.05 s']);
  });

  for (const [what, script] of [
    ['while it waits for the stderr channel', (client) => client.field()],
    ['while it waits for the answer', silent],
    [
      'while the command runs',
      async (client) => {
        await client.login();
        await client.send('\0');
      },
    ],
  ] as const satisfies readonly (readonly [string, Script])[])
    it(`are for everything, ${what}`, async (t) => {
      const daemon = await startFakeDaemon(t, script);
      const error = await daemon.exec({ timeoutSeconds: 0.1 }).catch((each: ExecError) => each);
      assert.deepEqual([(error as ExecError).code, error.timedOut], ['REXEC_TIMED_OUT', true]);
    });

  it('may be longer than a timer of Node', async (t) => {
    const { host, options } = await account(t);
    const long = { timeoutSeconds: 1e9, answerSeconds: 1e9, connectSeconds: 1e9 };
    assert.equal((await exec(host, 'true', { ...options, ...long })).exitCode, 0);
  });
});

describe('an error of exec()', BOUNDED, () => {
  const NOBODY_LISTENS = 1; // tcpmux

  for (const [phase, host, port] of [
    ['resolve', 'no-such-host.invalid', 512],
    ['connect', '127.0.0.1', NOBODY_LISTENS],
  ] as const)
    it(`names host, port and phase: ${phase}`, async () => {
      const options = { user: 'ada', password: 'x', port };
      await assert.rejects(exec(host, 'true', options).result, {
        code: 'REXEC_UNREACHABLE',
        host,
        port,
        phase,
      });
    });

  for (const [phase, script] of [
    ['stderrChannel', (client) => client.field().then(() => client.halfClose())],
    ['login', (client) => client.login().then(() => client.reset())],
    [
      'run',
      async (client) => {
        await client.login();
        await client.send('\0x');
        await client.read(1);
        client.reset();
      },
    ],
  ] as const satisfies readonly (readonly [string, Script])[])
    it(`names host, port and phase: ${phase}`, async (t) => {
      const daemon = await startFakeDaemon(t, script);
      const remote = daemon.exec();
      remote.stdout.once('data', () => remote.stdin.write('x'));
      const place = { code: 'REXEC_LOST', host: '127.0.0.1', port: daemon.port, phase };
      await assert.rejects(remote.result, place);
    });

  it('names the phase before anybody was called', async () => {
    const options = { user: 'u'.repeat(257), password: 'x' };
    await assert.rejects(exec('127.0.0.1', 'true', options).result, { phase: 'request' });
  });

  it('comes after all phases that went well, which are told', async (t) => {
    const { host, options } = await account(t);
    const phases: string[] = [];
    const onPhase = (phase: string, detail: string) => phases.push(`${phase} ${detail}`);
    await exec(host, 'true', { ...options, onPhase });
    assert.deepEqual(phases, [
      `resolve ${host}`,
      `connect ${host} port ${options.port}`,
      `stderrChannel from ${host}`,
      `login as ${USER}`,
      'run ',
    ]);
  });
});
