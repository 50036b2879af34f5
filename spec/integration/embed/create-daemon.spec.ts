import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it, type TestContext } from 'node:test';
import {
  type CreateDaemonOptions,
  createDaemon,
  type EmbeddedDaemon,
  exec,
  type Invocation,
} from '../../../lib/index.ts';
import { BOUNDED } from '../../support/daemon/daemon.ts';
import { noIpv6 } from '../../support/ipv6.ts';
import { eventually, Peer, within } from '../../support/peer.ts';
import { PROXY, startProxy } from '../../support/proxy.ts';
import { noOpenssl, TlsBench } from '../../support/tls/tls.ts';

const QUICK = {
  readerAccount: 'nobody',
  refusalSeconds: 0.05,
  drainSeconds: 0.5,
  killSeconds: 0.2,
  lockoutFailures: 0,
};
const HEADER = 'PROXY TCP4 192.0.2.7 198.51.100.1 41699 512\r\n';
const options = { user: 'ada', password: 's3cret', capture: true } as const;

async function started(t: TestContext, more: Partial<CreateDaemonOptions> = {}): Promise<EmbeddedDaemon> {
  const authenticate: CreateDaemonOptions['authenticate'] = ({ user, password }) =>
    user === 'ada' && password.equals(Buffer.from('s3cret'));
  const daemon = createDaemon({ ...QUICK, authenticate, ...more });
  await daemon.listen();
  t.after(() => within(daemon.close(AbortSignal.abort()), 'the daemon to close'));
  return daemon;
}

/** A small shell of our own. */
async function launch({ command, user, address, stdin, stdout, stderr }: Invocation): Promise<number> {
  const [word, ...rest] = command.split(' ');
  if (word === 'who') stdout.write(`${user} at ${address}\n`);
  if (word === 'complain') stderr.write('oops\n');
  if (word === 'copy') await pipeline(stdin, stdout, { end: false });
  if (word === 'fail') throw new Error('it failed');
  return Number(rest[0] ?? 0);
}

describe('createDaemon', BOUNDED, () => {
  it('puts no listener on the standard error of its program', async (t) => {
    const before = process.stderr.listenerCount('error');
    await started(t);
    assert.equal(process.stderr.listenerCount('error'), before);
  });

  it('serves peers behind a proxy by their own address', async (t) => {
    const daemon = await started(t, { launch, proxyFrom: [PROXY] });
    const wire = `${HEADER}0\0ada\0s3cret\0who\0`;
    for (const split of [5, HEADER.length, HEADER.length + 3, wire.length]) {
      const peer = await Peer.connect(t, { host: '127.0.0.1', port: daemon.port, localAddress: PROXY });
      await peer.send(wire.slice(0, split));
      await peer.send(wire.slice(split));
      peer.halfClose();
      assert.equal(await peer.toEnd(), '\0ada at 192.0.2.7\n');
    }
  });

  it('serves IPv4 peers of a TLS address of IPv6', { skip: noOpenssl || noIpv6 }, async (t) => {
    const bench = new TlsBench();
    const { addresses } = await started(t, { launch, ...bench.settings, listen: ['tls:[::]:0'] });
    const { port } = addresses.tls!;
    const ended = await exec('127.0.0.1', 'who', { ...options, port, tls: { ca: bench.ca, insecure: true } });
    assert.equal(ended.stdout, 'ada at 127.0.0.1\n');
  });

  it('serves them by TLS, too', { skip: noOpenssl }, async (t) => {
    const bench = new TlsBench();
    const { addresses } = await started(t, { launch, ...bench.settings, proxyFrom: [PROXY] });
    const port = await startProxy(t, addresses.tls!.port, HEADER);
    const ended = await exec('localhost', 'who', { ...options, port, tls: { ca: bench.ca } });
    assert.equal(ended.stdout, 'ada at 192.0.2.7\n');
  });

  for (const stderrChannel of [true, false])
    it(`runs a function in place of a shell, ${stderrChannel ? 'with' : 'without'} a stderr channel`, async (t) => {
      const { port } = await started(t, { launch });
      const run = (command: string) => {
        const remote = exec('127.0.0.1', command, { ...options, port, stderrChannel });
        remote.stdin.end('input');
        return remote;
      };
      const status = (code: number) => (stderrChannel ? code : null);
      const err = (text: string) =>
        stderrChannel ? { stdout: '', stderr: text } : { stdout: text, stderr: '' };
      assert.partialDeepStrictEqual(await run('who 3'), {
        exitCode: status(3),
        stdout: 'ada at 127.0.0.1\n',
      });
      assert.partialDeepStrictEqual(await run('complain'), { exitCode: status(0), ...err('oops\n') });
      assert.partialDeepStrictEqual(await run('copy'), { exitCode: status(0), stdout: 'input' });
      assert.partialDeepStrictEqual(await run('fail'), { exitCode: status(1), ...err('it failed\n') });
      assert.partialDeepStrictEqual(await run('exit 256'), { exitCode: status(1) });
    });

  it('carries a lot both ways', async (t) => {
    const { port } = await started(t, { launch });
    const remote = exec('127.0.0.1', 'copy', { user: 'ada', password: 's3cret', port });
    const pieces = Array.from({ length: 16 }, () => Buffer.alloc(1024 * 1024, 'x'));
    const sent = pipeline(Readable.from(pieces), remote.stdin);
    let bytes = 0;
    for await (const chunk of remote.stdout) bytes += chunk.length;
    await sent;
    assert.equal(bytes, 16 * 1024 * 1024);
    assert.equal((await remote).exitCode, 0);
  });

  it('tells the function of signals, and ends one that takes no notice', async (t) => {
    const seen: string[] = [];
    let begun = Promise.withResolvers<void>();
    const { port } = await started(t, {
      launch: async (invocation) => {
        invocation.stdout.write('ready\n');
        if (invocation.command === 'stubborn') invocation.onSignal = (name) => seen.push(name);
        begun.resolve();
        if (invocation.command === 'stubborn') return new Promise(() => {});
        await once(invocation.signal, 'abort');
        throw new Error(String(invocation.signal.reason));
      },
    });
    for (const [command, signals, ending] of [
      ['polite', ['SIGTERM'], 'SIGTERM'],
      ['stubborn', ['SIGUSR1', 'SIGTERM', 'SIGKILL'], 'SIGKILL'],
    ] as const) {
      begun = Promise.withResolvers();
      const remote = exec('127.0.0.1', command, { ...options, port });
      await within(begun.promise, 'the function to begin');
      for (const signal of signals) {
        assert.equal(remote.kill(signal), true);
        if (signal !== ending) await eventually(() => seen.includes(signal), `${signal} is seen`);
      }
      assert.partialDeepStrictEqual(await remote, { exitCode: null, signal: ending, stdout: 'ready\n' });
    }
  });

  it('aborts the function when the peer has left', async (t) => {
    const left = Promise.withResolvers<unknown>();
    const daemon = await started(t, {
      launch: async ({ signal, stdout }) => {
        stdout.write('ready');
        await once(signal, 'abort');
        left.resolve(signal.reason);
        return 0;
      },
    });
    const peer = await Peer.connect(t, { host: '127.0.0.1', port: daemon.port });
    await peer.send('\0ada\0s3cret\0wait\0');
    assert.equal(await peer.read(6), '\0ready');
    peer.reset();
    assert.equal(await within(left.promise, 'the abort'), 'SIGHUP');
  });

  it('asks the program who may log in, and says no when that throws', async (t) => {
    const attempts: string[] = [];
    const daemon = await started(t, {
      launch,
      authenticate: ({ user, password, address, certificate, vouched }) => {
        attempts.push([user, password, address, certificate, vouched].join(' '));
        if (user === 'eve') throw new Error('no idea');
        return user === 'ada';
      },
    });
    const { port } = daemon;
    assert.equal((await exec('127.0.0.1', 'who', { ...options, port })).exitCode, 0);
    for (const user of ['eve', 'bob'])
      await assert.rejects(exec('127.0.0.1', 'who', { ...options, user, port }).result, {
        message: 'Login incorrect.',
      });
    assert.deepEqual(
      attempts,
      ['ada', 'eve', 'bob'].map((user) => `${user} s3cret 127.0.0.1  false`),
    );
  });

  it('runs commands of this account where no function is given', async (t) => {
    const { port } = await started(t, { profile: false });
    const { stdout } = await exec('127.0.0.1', 'echo $((6 * 7))', { ...options, port });
    assert.equal(stdout, '42\n');
  });

  it('tells of events, and takes the settings by their names', async (t) => {
    const events: string[] = [];
    const daemon = await started(t, {
      launch,
      maxConnections: 1,
      onEvent: ({ id, name }) => events.push(`${id} ${name}`),
    });
    const first = await Peer.connect(t, { host: '127.0.0.1', port: daemon.port });
    await first.send('\0');
    await eventually(() => events.length > 0, 'it listens');
    const second = await Peer.connect(t, { host: '127.0.0.1', port: daemon.port });
    assert.equal(await second.toEnd(), '\x01Try again.\n');
    assert.ok(
      events.includes('REXECD-100 listening') && events.includes('REXECD-200 connectionRefused'),
      events.join(),
    );
    await daemon.reload({ maxConnections: 2 });
    const third = await Peer.connect(t, { host: '127.0.0.1', port: daemon.port });
    await third.send('\0ada\0s3cret\0who\0');
    assert.equal(await third.read(1), '\0');
  });

  it('ends with its scope, and can listen again', async () => {
    let port = 0;
    const daemon = createDaemon({ ...QUICK, authenticate: () => true, launch });
    assert.deepEqual([daemon.port, daemon.addresses], [0, {}]);
    for (let turn = 0; turn < 2; turn += 1) {
      await using scope = daemon;
      await scope.listen();
      await assert.rejects(scope.listen(), /already listening/);
      port = scope.port;
      assert.equal((await exec('127.0.0.1', 'who', { ...options, port })).exitCode, 0);
    }
    await assert.rejects(exec('127.0.0.1', 'who', { ...options, port }).result, {
      code: 'REXEC_UNREACHABLE',
    });
    await assert.rejects(createDaemon({ authenticate: () => true, port: -1 }).listen(), {
      code: 'REXEC_SETTING_INVALID',
    });
  });

  for (const [given, message] of [
    [{ maxConections: 4 }, 'unknown option maxConections; did you mean maxConnections?'],
    [{ onEvnt: () => {} }, 'unknown option onEvnt; did you mean onEvent?'],
    [
      { maxConnections: 'many' },
      'option maxConnections: invalid value "many"; allowed: whole number from 1 to 1000000',
    ],
    [{ tlsMode: 'on' }, 'option tlsMode: invalid value "on"; allowed: "off", "beside", "only"'],
    [{ authenticate: undefined }, 'option authenticate is missing; allowed: function'],
    [{ authenticate: 'pam' }, 'option authenticate: invalid value of type string; allowed: function'],
    [{ launch: '/bin/sh' }, 'option launch: invalid value of type string; allowed: function'],
    [{ onEvent: console }, 'option onEvent: invalid value of type object; allowed: function'],
  ] as const)
    it(`refuses with "${message}" (D8)`, async () => {
      const daemon = Reflect.apply(createDaemon, undefined, [{ authenticate: () => true, ...given }]);
      await assert.rejects(daemon.listen(), { code: 'REXEC_SETTING_INVALID', message });
      assert.equal(daemon.port, 0);
    });

  it('refuses other settings in the same words, and keeps its own (D8)', async (t) => {
    const daemon = await started(t, { launch, maxConnections: 1 });
    const reload = Reflect.get(daemon, 'reload') as (settings: unknown) => Promise<void>;
    await assert.rejects(reload({ maxConections: 4 }), {
      message: 'unknown option maxConections; did you mean maxConnections?',
    });
    const { stdout } = await exec('127.0.0.1', 'who', { ...options, port: daemon.port });
    assert.equal(stdout, 'ada at 127.0.0.1\n');
  });

  it('refuses to be made without options when it is to listen (D8)', async () => {
    const daemon = Reflect.apply(createDaemon, undefined, []);
    await assert.rejects(daemon.listen(), { message: 'option authenticate is missing; allowed: function' });
  });

  it('adds no listener to the process of its program with each turn, and neither does exec()', async () => {
    const listeners = () => process.eventNames().map((name) => [name, process.listenerCount(name)] as const);
    const session = async () => {
      const daemon = createDaemon({ ...QUICK, authenticate: () => true });
      await daemon.listen();
      const { port } = daemon;
      await exec('127.0.0.1', 'echo out', { ...options, port });
      await exec('127.0.0.1', 'exit 3', { ...options, port, stderrChannel: false });
      await exec('127.0.0.1', 'true', { ...options, port, password: 'x'.repeat(300) }).catch(() => {});
      await exec('127.0.0.1', 'sleep 60', { ...options, port, timeoutSeconds: 0.2 }).catch(() => {});
      await daemon.close(AbortSignal.abort());
    };
    const before = listeners();
    await session();
    assert.deepEqual(listeners(), before);
  });

  it('speaks TLS, and shows the certificate of a peer', { skip: noOpenssl }, async (t) => {
    const bench = new TlsBench();
    const seen: unknown[] = [];
    const { addresses } = await started(t, {
      ...bench.settings,
      listen: ['tls:127.0.0.1:0'],
      tlsLogin: 'both',
      tlsClientCa: bench.authority.ca,
      launch,
      authenticate: ({ certificate, vouched }) => seen.push(certificate?.commonNames, vouched) > 0,
    });
    const { cert, key } = bench.authority.client('ada');
    const tls = { ca: bench.ca, cert: readFileSync(cert), key: readFileSync(key) };
    const { port } = addresses.tls!;
    assert.partialDeepStrictEqual(await exec('localhost', 'who 5', { ...options, port, tls }), {
      exitCode: 5,
    });
    assert.deepEqual(seen, [['ada'], false]);
  });
});
