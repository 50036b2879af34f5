import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { PASSWORD, startDaemon, USER } from '../../support/daemon/daemon.ts';
import { eventually } from '../../support/peer.ts';
import { type Ended, PATIENT, Program, ROOT, start } from '../../support/program.ts';

const HOST = '127.0.0.1';
const NON_BLOCKING = 0o4000;
const STDIO = [0, 1, 2];

/** Whether a process' descriptor is of an open file that does not block. */
function isNonBlocking(pid: number, fd: number): boolean {
  const flags = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'))![1]!;
  return (Number.parseInt(flags, 8) & NON_BLOCKING) !== 0;
}

describe('the stdio of rexec', { ...PATIENT, skip: process.platform !== 'linux' && 'needs /proc' }, () => {
  /** What a script prints, in which rx is a command that calls a daemon. */
  async function script(t: TestContext, text: string): Promise<Ended> {
    const { port } = await startDaemon(t);
    const rx = [process.execPath, join(ROOT, 'lib/cli/rexec.ts'), '-l', USER, '-p', PASSWORD];
    const words = [...rx, '--port', `${port}`, HOST].map((word) => `'${word}'`).join(' ');
    return new Program(t, 'sh', ['-c', `rx() { ${words} "$@"; }\n${text}`], { stdin: '' }).end();
  }

  it('does not disturb another program that writes to the same pipe (D5)', async (t) => {
    const { stdout, stderr } = await script(
      t,
      '( rx "echo; sleep 3" & sleep 1; seq 1 2000000; wait ) | { sleep 2; wc -l; }',
    );
    assert.deepEqual([stdout.trim(), stderr], ['2000001', '']);
  });

  it('does not disturb another program that reads from the same pipe (D5)', async (t) => {
    const { stdout, stderr } = await script(t, '( sleep 3; echo late ) | { rx sleep 1 </dev/null; cat; }');
    assert.deepEqual([stdout, stderr], ['late\n', '']);
  });

  it('stays as it is if it is sockets, also when rexec is killed (D5)', async (t) => {
    const { port } = await startDaemon(t);
    const words = ['-l', USER, '-p', PASSWORD, '--port', `${port}`, HOST, 'echo ready; echo err >&2; cat'];
    const program = start(t, 'rexec', words);
    await program.says(/ready/);
    await eventually(() => program.stderr === 'err\n', 'stderr is in use too');
    for (const fd of STDIO) assert.ok(!isNonBlocking(program.pid, fd), `descriptor ${fd}`);
  });

  it('is waited for by nobody when rexec ends: an input that says nothing (D5)', async (t) => {
    const { port } = await startDaemon(t);
    const words = ['-l', USER, '-p', PASSWORD, '--port', `${port}`, HOST, 'echo out; exit 7'];
    const { stdout, status } = await start(t, 'rexec', words).end(); // its stdin stays open
    assert.deepEqual([stdout, status], ['out\n', 7]);
  });

  it('is waited for by nobody when rexec is told to end: an output that is not read (D5)', async (t) => {
    const { port } = await startDaemon(t);
    const words = ['-n', '-l', USER, '-p', PASSWORD, '--port', `${port}`, HOST, 'echo ready >&2; exec yes'];
    const program = start(t, 'rexec', words);
    program.child.stdout.pause();
    await eventually(() => program.stderr === 'ready\n', 'the command runs');
    let exited = false;
    program.child.once('exit', () => (exited = true));
    await eventually(() => exited || !program.child.kill('SIGTERM'), 'it ends at one of several SIGTERM');
    program.child.stdout.resume();
    assert.equal((await program.end()).status, 128 + constants.signals.SIGTERM);
  });

  it('may be non-blocking already (D5)', async (t) => {
    const flip = `perl -e 'use Fcntl; fcntl($_, F_SETFL, fcntl($_, F_GETFL, 0) | O_NONBLOCK) for STDIN, STDOUT'`;
    const { stdout, stderr } = await script(
      t,
      `( sleep 2; echo in ) | { ${flip}; rx 'cat; seq 1 300000'; } | { sleep 4; md5sum; }`,
    );
    const all = `in\n${Array.from({ length: 300_000 }, (_, index) => `${index + 1}\n`).join('')}`;
    assert.deepEqual([stdout, stderr], [`${createHash('md5').update(all).digest('hex')}  -\n`, '']);
  });
});
