import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';
import { type ExecOptions, exec } from '../../../lib/client/index.ts';
import {
  type Client,
  outcome,
  type Script,
  startFakeDaemon,
  text,
} from '../../support/daemon/fake-daemon.ts';
import { eventually, within } from '../../support/peer.ts';

const BOUNDED = { timeout: 180_000 } as const;
const ADA = { user: 'ada', password: 's3cret' } as const;
const LONG = { connectSeconds: 3600 } as const; // an abort does not wait for it

/** Plays a script up to a point, aborts there, and asserts that the daemon is left and the caller told so. */
async function abortsAt(t: TestContext, script: Script, options: Partial<ExecOptions> = {}): Promise<void> {
  const reached = Promise.withResolvers<Client>();
  const daemon = await startFakeDaemon(t, async (client) => {
    await script(client);
    reached.resolve(client);
  });
  const abort = new AbortController();
  const ended = daemon.outcome({ ...LONG, ...options, signal: abort.signal });
  const client = await within(reached.promise, 'the script to get there');
  abort.abort(new Error('enough'));
  const outcome = await ended;
  assert.deepEqual([outcome.ended, outcome.message], ['REXEC_ABORTED', 'aborted']);
  await client.toEnd().catch((error) => assert.match(error.message, /ECONNRESET/)); // it left
}

/** A port that neither accepts nor refuses. */
async function silentPort(t: TestContext): Promise<number> {
  const worker = new Worker(new URL('../../support/programs/full-listener.ts', import.meta.url));
  t.after(() => worker.terminate());
  const [{ port }] = (await within(once(worker, 'message'), 'the listener')) as [AddressInfo];
  const fillers = Array.from({ length: 4 }, () => connect({ host: '127.0.0.1', port }));
  for (const filler of fillers) {
    t.after(() => void filler.destroy());
    filler.on('error', () => {});
  }
  await within(
    Promise.all(fillers.slice(0, 2).map((filler) => once(filler, 'connect'))),
    'the queue to fill',
  );
  return port;
}

describe('an abort of the caller', BOUNDED, () => {
  it('before the call calls nobody', async (t) => {
    const daemon = await startFakeDaemon(t, (client) => client.field());
    const { ended } = await daemon.outcome({ signal: AbortSignal.abort() });
    assert.equal(ended, 'REXEC_ABORTED');
    assert.equal(daemon.connections(), 0);
  });

  it('ends the wait for a connection at once', async (t) => {
    const abort = new AbortController();
    const options = { ...ADA, ...LONG, port: await silentPort(t), signal: abort.signal };
    const ended = outcome(exec('127.0.0.1', 'true', options));
    abort.abort();
    assert.equal((await ended).ended, 'REXEC_ABORTED');
  });

  it('ends the wait for the stderr channel', (t) => abortsAt(t, (client) => client.field()));

  it('ends the wait for the answer', (t) => abortsAt(t, (client) => client.login()));

  it('ends the wait for the answer without a stderr channel', (t) =>
    abortsAt(t, (client) => client.login(), { stderrChannel: false }));

  it('ends a command that runs', (t) =>
    abortsAt(t, async (client) => {
      await client.login();
      await client.send('\0');
    }));

  it('leaves what arrived to be read', async (t) => {
    const daemon = await startFakeDaemon(t, async (client) => {
      await client.login();
      await client.send('\0so far');
    });
    const abort = new AbortController();
    const remote = daemon.exec({ signal: abort.signal });
    await eventually(() => remote.stdout.readableLength > 0, 'output arrived');
    abort.abort();
    await assert.rejects(remote.result, { code: 'REXEC_ABORTED' });
    assert.equal(await text(remote.stdout), 'so far');
  });

  it('tells the reason as the cause', async (t) => {
    const daemon = await startFakeDaemon(t, (client) => client.login());
    const abort = new AbortController();
    const remote = daemon.exec({ signal: abort.signal });
    const reason = new Error('enough');
    abort.abort(reason);
    await assert.rejects(remote.result, { code: 'REXEC_ABORTED', cause: reason });
  });

  it('after the end changes nothing', async (t) => {
    const daemon = await startFakeDaemon(t, async (client) => {
      const { channel } = await client.login();
      await client.send('\0');
      await channel.send('\0exit 0\n');
      client.halfClose();
      channel.halfClose();
    });
    const abort = new AbortController();
    const remote = daemon.exec({ signal: abort.signal });
    assert.equal((await outcome(remote)).ended, 'exit 0');
    abort.abort();
    assert.partialDeepStrictEqual(await remote.result, { exitCode: 0, signal: null });
  });
});

describe('a daemon that does not answer the connection', BOUNDED, () => {
  it('is REXEC_UNREACHABLE within the time to connect', async (t) => {
    const options = { ...ADA, port: await silentPort(t), connectSeconds: 0.3 };
    const { ended, message } = await outcome(exec('127.0.0.1', 'true', options));
    assert.deepEqual([ended, message], ['REXEC_UNREACHABLE', 'the connection timed out']);
  });
});
