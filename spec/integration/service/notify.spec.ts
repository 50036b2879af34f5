import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it, type TestContext } from 'node:test';
import { reasonOf } from '../../../lib/base/index.ts';
import { ServiceNotifier } from '../../../lib/service/index.ts';
import { BOUNDED } from '../../support/daemon/daemon.ts';
import { NotifySocket } from '../../support/machine/notify-socket.ts';
import { cleanEnvironment, ROOT } from '../../support/program.ts';

const LINUX = { ...BOUNDED, skip: process.platform !== 'linux' && 'needs unix datagram sockets' } as const;

/** As long as a watchdog of 10 ms, of somebody else, is told ten times. */
async function tenBeats(t: TestContext): Promise<void> {
  const socket = new NotifySocket(t);
  await ServiceNotifier.open({ NOTIFY_SOCKET: socket.path, WATCHDOG_USEC: '10000' });
  await socket.seen(/^WATCHDOG=1$/, 9);
}

/** What a manager is told by everything a notifier can say, and by what it said before. */
async function toldBy(t: TestContext, path?: string): Promise<readonly string[]> {
  const socket = new NotifySocket(t, path);
  const notifier = await ServiceNotifier.open({ NOTIFY_SOCKET: socket.path });
  notifier.ready('serves on port 512');
  notifier.stopping(12.5);
  return socket.messages;
}

const TOLD = ['READY=1\nSTATUS=serves on port 512', 'STOPPING=1\nEXTEND_TIMEOUT_USEC=30500000'];

describe('the notifier of a service', LINUX, () => {
  it('tells at once that it is ready, how it is, and how long its stop may take', async (t) => {
    assert.deepEqual(await toldBy(t), TOLD);
  });

  it('tells a manager in the abstract namespace', async (t) => {
    assert.deepEqual(await toldBy(t, `@rexecd-spec-${process.pid}`), TOLD);
  });

  it('tells when it began to read its settings again, by the clock of the manager', async (t) => {
    const socket = new NotifySocket(t);
    const notifier = await ServiceNotifier.open({ NOTIFY_SOCKET: socket.path });
    const before = process.hrtime.bigint() / 1000n;
    notifier.reloading();
    const [, usec] = /^RELOADING=1\nMONOTONIC_USEC=(\d+)$/.exec(await socket.seen(/^RELOADING/))!;
    assert.ok(BigInt(usec!) >= before && BigInt(usec!) <= process.hrtime.bigint() / 1000n, usec);
  });

  it('sends a status again when it has changed, once in 10 s', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const socket = new NotifySocket(t);
    const notifier = await ServiceNotifier.open({ NOTIFY_SOCKET: socket.path });
    let status = 'none';
    notifier.ready(status);
    notifier.keepTelling(() => status);
    t.mock.timers.tick(30_000);
    status = 'one';
    t.mock.timers.tick(9_999);
    assert.deepEqual(socket.messages, ['READY=1\nSTATUS=none']);
    t.mock.timers.tick(1);
    t.mock.timers.tick(30_000);
    assert.deepEqual(socket.messages.slice(1), ['STATUS=one']);
  });

  it('says a status of many lines in one', async (t) => {
    const socket = new NotifySocket(t);
    const notifier = await ServiceNotifier.open({ NOTIFY_SOCKET: socket.path });
    notifier.ready('ready\nSTOPPING=1\r\nMAINPID=1\x00');
    assert.deepEqual(socket.messages, ['READY=1\nSTATUS=ready STOPPING=1 MAINPID=1 ']);
  });

  it('loses nothing to a manager that is slow to read, and keeps the order', async (t) => {
    const socket = new NotifySocket(t);
    const notifier = await ServiceNotifier.open({ NOTIFY_SOCKET: socket.path });
    const told = Array.from({ length: 600 }, (_, number) => `READY=1\nSTATUS=${number}`); // more than a queue holds
    for (const number of told.keys()) notifier.ready(String(number));
    assert.ok(socket.messages.length < told.length, 'the queue was never full');
    await socket.seen(/STATUS=599$/);
    assert.deepEqual(socket.messages, told);
  });

  it('takes its variables away, and no others', async (t) => {
    const socket = new NotifySocket(t);
    const environment = { NOTIFY_SOCKET: socket.path, WATCHDOG_USEC: '1', WATCHDOG_PID: '1', HOME: '/root' };
    await ServiceNotifier.open(environment);
    assert.deepEqual(environment, { HOME: '/root' });
  });

  for (const [what, path] of Object.entries({
    'nobody asked to be told': undefined,
    'the name is empty': '',
    'the socket is gone': '/nowhere/socket',
    'the socket is a file': '/etc/hostname',
    'nobody listens in the abstract namespace': '@rexecd-nobody',
  }))
    it(`does nothing where ${what}`, async (t) => {
      const notifier = await ServiceNotifier.open(
        path === undefined ? {} : { NOTIFY_SOCKET: path, WATCHDOG_USEC: '2' },
      );
      notifier.ready('');
      notifier.reloading();
      notifier.stopping(0);
      await tenBeats(t);
      assert.equal(notifier.problem, undefined);
    });

  it('keeps a name that no socket can have as the problem, and does nothing', async () => {
    const notifier = await ServiceNotifier.open({ NOTIFY_SOCKET: `/${'x'.repeat(200)}`, WATCHDOG_USEC: '2' });
    notifier.ready('');
    assert.match(reasonOf(notifier.problem), /1 to 107 bytes/);
  });
});

describe('the watchdog of a service', LINUX, () => {
  const USEC = 40_000;

  for (const [whose, pid] of Object.entries({
    'this process': String(process.pid),
    'no certain one': undefined,
  }))
    it(`is told twice in its time, where it is for ${whose}`, async (t) => {
      const socket = new NotifySocket(t);
      const watched = { NOTIFY_SOCKET: socket.path, WATCHDOG_USEC: String(USEC) };
      const began = performance.now();
      await ServiceNotifier.open(pid === undefined ? watched : { ...watched, WATCHDOG_PID: pid });
      await socket.seen(/^WATCHDOG=1$/, 9);
      const each = (performance.now() - began) / 10;
      assert.ok(each >= (USEC / 2000) * 0.9, `one each ${each} ms`); // no upper bound: the machine may be busy
    });

  it('is told nothing while the event loop does not turn', async (t) => {
    const socket = new NotifySocket(t);
    await ServiceNotifier.open({ NOTIFY_SOCKET: socket.path, WATCHDOG_USEC: String(USEC) });
    await socket.seen(/^WATCHDOG=1$/);
    const before = socket.messages.length;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, (USEC / 1000) * 5);
    assert.equal(socket.messages.length, before);
    await socket.seen(/^WATCHDOG=1$/, before);
  });

  for (const [what, variables] of Object.entries({
    'of another process': { WATCHDOG_USEC: '1000', WATCHDOG_PID: '1' },
    'without a time': { WATCHDOG_USEC: '' },
    'with no time': { WATCHDOG_USEC: '0' },
    'with a time that is no number': { WATCHDOG_USEC: '-1000' },
    'with more time than a timer can take': { WATCHDOG_USEC: '99999999999999999' },
  }))
    it(`is told nothing where it is one ${what}`, async (t) => {
      const socket = new NotifySocket(t);
      const notifier = await ServiceNotifier.open({ NOTIFY_SOCKET: socket.path, ...variables });
      await tenBeats(t);
      notifier.ready('over');
      assert.deepEqual(socket.messages, ['READY=1\nSTATUS=over']);
    });
});

describe('a program with a notifier', LINUX, () => {
  /** Runs a program that opens a notifier and tells whether the library for C functions was loaded. */
  function loaded(environment: NodeJS.ProcessEnv): string {
    const script = `import { readFileSync } from 'node:fs';
      import { ServiceNotifier } from './lib/service/index.ts';
      const notifier = await ServiceNotifier.open();
      notifier.ready('');
      console.log(/koffi/.test(readFileSync('/proc/self/maps', 'utf8')), process.env.NOTIFY_SOCKET, process.env.WATCHDOG_USEC);`;
    const words = ['--input-type=module-typescript', '--eval', script];
    const env = { ...cleanEnvironment(), ...environment };
    const { stdout, stderr } = spawnSync(process.execPath, words, {
      cwd: ROOT,
      encoding: 'utf8',
      env,
      ...BOUNDED,
    });
    return stdout + stderr;
  }

  it('does not load the library for C functions where nobody asks', () => {
    assert.equal(loaded({ WATCHDOG_USEC: '1000' }), 'false undefined undefined\n');
  });

  it('loads it where somebody does, and is not kept alive by the watchdog', (t) => {
    const socket = new NotifySocket(t);
    assert.equal(
      loaded({ NOTIFY_SOCKET: socket.path, WATCHDOG_USEC: '60000000' }),
      'true undefined undefined\n',
    );
    assert.deepEqual(socket.messages, ['READY=1\nSTATUS=']);
  });
});
