import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { exec } from '../../../lib/client/index.ts';
import { SETTINGS } from '../../../lib/settings/index.ts';
import { PASSWORD, USER } from '../../support/daemon/daemon.ts';
import { text } from '../../support/daemon/fake-daemon.ts';
import { NotifySocket } from '../../support/machine/notify-socket.ts';
import { eventually, within } from '../../support/peer.ts';
import {
  cleanEnvironment,
  findProgram,
  PATIENT,
  type Program,
  ROOT,
  start,
  temporaryFolder,
  usersFileOf,
} from '../../support/program.ts';

const LINUX = { ...PATIENT, skip: process.platform !== 'linux' && 'needs unix datagram sockets' } as const;
const READY = /^READY=1\nSTATUS=port (\d+): \d+ of [\d,]+ sessions, 0 locked out$/;

interface Watched {
  readonly manager: NotifySocket;
  readonly daemon: Program;
  readonly settings: string;
}

/** The real rexecd program as a service manager starts it: by settings in a file, not in a console. */
async function watched(t: TestContext, settings = 'port = 0', environment = {}): Promise<Watched> {
  const manager = new NotifySocket(t);
  const file = join(temporaryFolder(t), 'rexecd.toml');
  writeFileSync(file, `${settings}\nusers = "${usersFileOf(t)}"\nprofile = false\n`);
  const daemon = start(t, 'rexecd', ['--config', file, '--control', 'off'], {
    env: { NOTIFY_SOCKET: manager.path, ...environment },
    stdin: '',
  });
  return { manager, daemon, settings: file };
}

const portOf = async (manager: NotifySocket, nth = 0): Promise<number> =>
  Number(READY.exec(await manager.seen(READY, nth))![1]);

const call = (port: number, command: string) =>
  exec('127.0.0.1', command, { user: USER, password: PASSWORD, port });

/** What a command writes. */
async function answer(port: number, command: string): Promise<string> {
  const { stdout, stderr, result } = call(port, command);
  stderr?.resume();
  const [said] = await Promise.all([text(stdout), result]);
  return said;
}

describe('rexecd under a service manager', LINUX, () => {
  it('tells that it is ready once it serves, and that it stops before it does', async (t) => {
    const { manager, daemon } = await watched(t, 'port = 0\nstopSeconds = 3', { WATCHDOG_USEC: '60000000' });
    const environment = await answer(await portOf(manager), 'env');
    assert.match(environment, /^RHOST=/m);
    assert.doesNotMatch(environment, /NOTIFY|WATCHDOG/);
    assert.equal(manager.messages.length, 1);
    daemon.child.kill('SIGTERM');
    const stopping = await manager.seen(/^STOPPING=1/);
    const [, usec] = /EXTEND_TIMEOUT_USEC=(\d+)$/.exec(stopping)!;
    assert.ok(Number(usec) > (3 + SETTINGS.killSeconds.parse(undefined)) * 1e6, stopping);
    assert.equal((await daemon.end()).status, 0);
    assert.equal(manager.messages.length, 2);
  });

  it('tells that it reads its settings again, and that it has, whether they are good or not', async (t) => {
    const { manager, daemon, settings } = await watched(t);
    const port = await portOf(manager);
    const again = ['RELOADING=1', 'READY=1'];
    for (const [round, change] of ['port = 0\nmaxConnections = 7', 'port = "wrong"'].entries()) {
      writeFileSync(settings, `${change}\nusers = "${usersFileOf(t)}"\n`);
      daemon.child.kill('SIGHUP');
      assert.equal(await portOf(manager, round + 1), port);
      const told = manager.messages.slice(1 + 2 * round).map((message) => message.split('\n')[0]);
      assert.deepEqual(told, again);
    }
  });

  it('is never ready where it cannot serve', async (t) => {
    const taken = createServer().listen(0, '127.0.0.1');
    t.after(() => taken.close());
    await once(taken, 'listening');
    const { manager, daemon } = await watched(t, `port = ${(taken.address() as AddressInfo).port}`);
    assert.equal((await daemon.end()).status, 1);
    assert.deepEqual(manager.messages, []);
  });

  it('beats for the watchdog, also while it waits for a command to end', async (t) => {
    const { manager, daemon } = await watched(t, 'port = 0', { WATCHDOG_USEC: '40000' });
    const remote = call(await portOf(manager), 'echo up; read line');
    remote.stderr?.resume();
    await within(once(remote.stdout, 'data'), 'the command to run');
    await manager.seen(/^WATCHDOG=1$/, 3);
    daemon.child.kill('SIGTERM');
    await manager.seen(/^STOPPING=1/);
    const before = manager.messages.length;
    await manager.seen(/^WATCHDOG=1$/, before + 3);
    remote.stdin.end('\n');
    await remote.result;
    assert.equal((await daemon.end()).status, 0);
  });

  it('serves all the same where nobody listens to it', async (t) => {
    const { daemon } = await watched(t, 'port = 0', {
      NOTIFY_SOCKET: '/nowhere/notify',
      REXECD_LOG_LEVEL: 'info',
    });
    await eventually(() => /REXECD-100 .*port=\d+/.test(daemon.stderr), 'it listens');
    assert.equal(await answer(Number(/port=(\d+)/.exec(daemon.stderr)![1]), 'echo served'), 'served\n');
  });
});

const ACTIVATE = findProgram('systemd-socket-activate');

describe('rexecd started for its socket', {
  ...LINUX,
  skip: LINUX.skip || (!ACTIVATE && 'needs systemd-socket-activate (Debian: systemd)'),
}, () => {
  it('serves the peer that woke it, on the port of the socket, and keeps the socket from commands', async (t) => {
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const { port } = free.address() as AddressInfo;
    free.close();
    await once(free, 'close');
    const manager = new NotifySocket(t);
    const words = [
      '--listen',
      `127.0.0.1:${port}`,
      '--setenv',
      `NOTIFY_SOCKET=${manager.path}`,
      process.execPath,
    ];
    const daemon = [
      'lib/cli/rexecd.ts',
      '--users',
      usersFileOf(t),
      '--port',
      '1',
      '--profile',
      'false',
      '--control',
      'off',
      '--allow-root',
      'true',
      '--reader-account',
      'nobody',
    ];
    const child = spawn(ACTIVATE!, [...words, ...daemon], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: cleanEnvironment(),
      cwd: ROOT,
    });
    t.after(() => child.kill('SIGKILL'));
    await within(once(child.stderr, 'data'), 'systemd-socket-activate to listen');
    const own = 'readlink /proc/self/fd/* | grep -c socket';
    assert.equal(await answer(port, 'echo woken'), 'woken\n');
    assert.equal(await portOf(manager), port);
    const sockets = Number(await answer(port, own));
    assert.ok(sockets <= 3, `${sockets} sockets`); // what stdin, stdout and stderr are
    child.kill('SIGTERM');
    await within(once(child, 'exit'), 'the daemon to stop');
  });
});
