import assert from 'node:assert/strict';
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { STRAY_SIGNALS } from '../../../lib/base/index.ts';
import { PASSWORD, USER } from '../../support/daemon/daemon.ts';
import { Machine, noMachine, QUICK, type RunningDaemon } from '../../support/machine/machine.ts';
import {
  childrenOf,
  type Ended,
  isAlive,
  PATIENT,
  Program,
  ROOT,
  ROOT_MAY,
  run,
  startRexecd,
  temporaryFolder,
  usersFileOf,
} from '../../support/program.ts';

const LISTENS = '0A'; // proc_pid_net_tcp(5): TCP_LISTEN
const SIGUSR2_BIT = 1n << 11n;
const SIGUSR1_BIT = 1n << 9n;

/** TCP ports that a process listens on: Node's debugger, if there is one, is among them. */
function portsOf(pid: number): number[] {
  const inodes = new Set(
    readdirSync(`/proc/${pid}/fd`).map((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
      } catch {
        return undefined; // closed meanwhile
      }
    }),
  );
  return ['tcp', 'tcp6']
    .flatMap((file) => readFileSync(`/proc/${pid}/net/${file}`, 'latin1').split('\n'))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode]) => state === LISTENS && inodes.has(inode))
    .map(([, local]) => Number.parseInt(local!.split(':')[1]!, 16));
}

/** A mask of signals in proc_pid_status(5). */
const maskOf = (pid: number, mask: 'SigBlk' | 'SigCgt'): bigint =>
  BigInt(
    `0x${new RegExp(`^${mask}:\\s*([0-9a-f]+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]}`,
  );

/** Login helpers and hosts of a daemon; its commands come and go. */
const oursOf = (pid: number): number[] =>
  childrenOf(pid).filter((child) => {
    try {
      const isOurs = /-program\.ts|^rexecd: /.test(readFileSync(`/proc/${child}/cmdline`, 'latin1'));
      return isOurs && (maskOf(child, 'SigCgt') & SIGUSR2_BIT) !== 0n; // it has started
    } catch {
      return false; // it has ended
    }
  });

/** Signals that end the daemon in order, or mean something to it; its children end with it. */
const OF_THE_DAEMON = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM'] as const;

/** Sends each process everything that must change nothing, then logs in again. */
async function bombard(pid: number, port: number, login: () => Promise<unknown>): Promise<void> {
  const before = await login();
  const children = oursOf(pid);
  assert.ok(children.length > 0, `${children.length} children`);
  for (const child of children) assert.ok(maskOf(child, 'SigBlk') & SIGUSR1_BIT, `SIGUSR1 reaches ${child}`);
  for (const signal of [...STRAY_SIGNALS, ...OF_THE_DAEMON])
    for (const child of children) process.kill(child, signal);
  for (const signal of STRAY_SIGNALS) process.kill(pid, signal);
  assert.deepEqual(await login(), before);
  for (const child of children) assert.ok(isAlive(child), `${child} has ended`);
  assert.deepEqual(portsOf(pid), [port]);
  for (const child of children) assert.deepEqual(portsOf(child), []);
}

const client = (t: TestContext, port: number): Promise<Ended> =>
  run(t, 'rexec', ['-l', USER, '-p', PASSWORD, '--port', `${port}`, '127.0.0.1', 'echo in']);

describe('signals that mean nothing to the daemon (E20)', PATIENT, () => {
  it('change nothing in it and in its hosts, and open no debugger', async (t) => {
    const { daemon, port } = await startRexecd(t, ['--users', usersFileOf(t)]);
    await bombard(daemon.pid, port, () => client(t, port));
  });

  it('open no debugger that is still there once it listens, when they come before it has read a line', async (t) => {
    const words = ['--debug', '--port', '0', '--users', usersFileOf(t)];
    const daemon = new Program(t, process.execPath, [`${ROOT}/lib/cli/rexecd.ts`, ...words], {
      env: ROOT_MAY,
    });
    while (!(maskOf(daemon.pid, 'SigCgt') & SIGUSR1_BIT)) await turn(); // Node's own handler
    process.kill(daemon.pid, 'SIGUSR1');
    const [, port] = await daemon.says(/listening on \S+ port (\d+);.*\n/);
    assert.deepEqual(portsOf(daemon.pid), [Number(port)]);
  });

  for (const name of ['rconfig', 'rexec', 'rexec-bench', 'rexec-fuzz'] as const)
    it(`open no debugger in ${name}`, async (t) => {
      const probe = `process.once('exit', () => {
        process.kill(process.pid, 'SIGUSR1');
        const end = Date.now() + 300;
        while (Date.now() < end && !inspector.url());
        require('node:fs').writeSync(2, 'debugger: ' + inspector.url() + '\\n');
      });`;
      const file = join(temporaryFolder(t), 'probe.cjs');
      writeFileSync(file, `const inspector = require('node:inspector');\n${probe}`);
      const { stderr, status } = await run(t, name, ['--version'], {
        env: { NODE_OPTIONS: `--require ${file}` },
      });
      assert.deepEqual([stderr, status], ['debugger: undefined\n', 0]);
    });
});

describe('signals that mean nothing to a login helper (E20)', { ...PATIENT, skip: noMachine }, () => {
  let machine: Machine;
  let daemon: RunningDaemon;

  before(async () => {
    machine = await Machine.make();
    machine.addQuickUser('ada', PASSWORD);
    daemon = await machine.rexecd({ flags: [...QUICK, '--workers', '1'] });
  });
  after(() => machine?.end());

  it('change nothing in it and in the daemon, and open no debugger', async (t) => {
    await bombard(daemon.child.pid!, daemon.port, () => daemon.answer(t, 'ada', PASSWORD, 'echo in'));
  });
});
