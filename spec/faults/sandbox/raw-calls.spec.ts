import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { startTrampoline } from '../../../lib/sandbox/start.ts';
import { numberOf, type Processor, SYSTEM_CALLS } from '../../../lib/sandbox/system-calls.ts';
import { BOUNDED } from '../../support/daemon/daemon.ts';
import { within } from '../../support/peer.ts';
import { findProgram, notRoot } from '../../support/program.ts';
import { install } from '../attack-programs.ts';
import { NOBODY, noSandbox, WHOLE } from './inside.ts';

const [EPERM, EACCES, EFAULT, ENOSYS] = [1, 13, 14, 38];

/** Calls that are not refused with EPERM, and what comes of them. */
const OTHERWISE: Readonly<Record<string, number>> = {
  openat: EACCES, // Landlock
  clone3: ENOSYS, // so that the C library makes threads by clone
  'execve-where-the-program-was': EFAULT, // allowed, and nothing can ever be there
  getpid: 0,
  write: 0,
  'tgkill-of-its-own': 0,
  'setsockopt-keepalive': 0,
};

/** uretprobe and uprobe of x86-64, which Linux lets past every filter: they end a process that has no probes. */
const PAST_FILTERS = ['335', '336'];

const noCompiler = !findProgram('gcc') && 'needs gcc (Debian: gcc libc6-dev)';

describe('system calls of a program in a sandbox', {
  ...BOUNDED,
  skip: notRoot || noSandbox || noCompiler,
}, () => {
  const folder = mkdtempSync(join(tmpdir(), 'rexec-raw-'));
  const program = join(folder, 'raw-calls');
  const listener = createServer((accepted) => accepted.resume()).listen(0, '127.0.0.1');
  let socket: Socket;
  let victim: ChildProcess;

  before(async () => {
    chmodSync(folder, 0o755);
    install(['raw-calls'], folder);
    if (!listener.listening) await once(listener, 'listening');
    socket = connect({ port: (listener.address() as { port: number }).port, host: '127.0.0.1' });
    await within(once(socket, 'connect'), 'the connection');
    victim = spawn('sleep', ['600'], { ...NOBODY, stdio: 'ignore' });
  });
  after(() => {
    victim.kill('SIGKILL');
    socket.destroy();
    listener.close();
    rmSync(folder, { recursive: true });
  });

  /** Error numbers by name of the call. */
  async function results(child: ChildProcess): Promise<[name: string, errno: number][]> {
    const lines = (await within(text(child.stdout!), 'the calls')).trim().split('\n');
    return lines.map((line) => [line.split(' ')[0]!, Number(line.split(' ')[1])]);
  }

  const inside = (...words: string[]) =>
    startTrampoline(['ignore', 'pipe', 'inherit', socket], {
      account: NOBODY!,
      promised: WHOLE,
      argv: [program, ...words],
      variables: {},
      readable: [],
    });
  const aims = () => ['try', `${process.pid}`, `${victim.pid}`];

  it('fail where they would reach beyond what the program was given', async () => {
    const tried = await results(inside(...aims()));
    assert.ok(tried.length > 80, `${tried.length} calls`);
    assert.deepEqual(
      tried,
      tried.map(([name]) => [name, OTHERWISE[name] ?? EPERM]),
    );
  });

  it('would be permitted as root without the sandbox (control)', async () => {
    const outside = spawn(program, aims(), { stdio: ['ignore', 'pipe', 'inherit', socket], detached: true });
    const tried = await results(outside);
    assert.deepEqual(
      tried.filter(([, errno]) => errno === EPERM),
      [],
    );
  });

  it('fail by any number that is not on the list', async () => {
    const numbers = SYSTEM_CALLS.map((call) => numberOf(call, process.arch as Processor));
    const allowed = numbers.filter((number) => number !== null).map(String);
    const tried = await results(inside('sweep', ...allowed, ...PAST_FILTERS));
    assert.equal(tried.at(-1)![0], process.arch === 'x64' ? 'x32:500' : '500');
    assert.deepEqual(
      tried.filter(([, errno]) => errno !== EPERM),
      [],
    );
  });

  it('of the 32-bit kind end the program', async (t) => {
    const outside = spawn(program, ['foreign'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [code] = await within(once(outside, 'exit'), 'the end');
    if (code !== 0 || process.arch !== 'x64') return t.skip('this kernel has none');
    const [, signal] = await within(once(inside('foreign'), 'exit'), 'the end');
    assert.equal(signal, 'SIGSYS');
  });
});
