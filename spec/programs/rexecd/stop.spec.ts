import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { exec, type RemoteCommand } from '../../../lib/client/index.ts';
import { PASSWORD, program, USER } from '../../support/daemon/daemon.ts';
import { outcome, text } from '../../support/daemon/fake-daemon.ts';
import { eventually, within } from '../../support/peer.ts';
import {
  isAlive,
  PATIENT,
  type Program,
  ROOT_MAY,
  run,
  startRexecd,
  temporaryFolder,
  usersFileOf,
} from '../../support/program.ts';
import { lineFor, ON_A_TERMINAL, onTerminal } from '../../support/terminal.ts';

const HOST = '127.0.0.1';

interface Serving {
  readonly daemon: Program;
  readonly port: number;
  readonly call: (command: string, password?: string) => RemoteCommand;
}

async function serving(t: TestContext, ...args: string[]): Promise<Serving> {
  const { daemon, port } = await startRexecd(t, ['--users', usersFileOf(t), '--profile', 'false', ...args]);
  const { signal } = t; // ends with the test, however that ends
  const call = (command: string, password = PASSWORD) =>
    exec(HOST, command, { user: USER, password, port, signal });
  return { daemon, port, call };
}

/** The first line of the output, which tells the number of the command's process. */
async function pidOf(remote: RemoteCommand): Promise<number> {
  const line = await within(
    new Promise<Buffer>((resolve) => remote.stdout.once('data', resolve)),
    'the first line',
  );
  return Number(String(line).match(/\d+/)?.[0]);
}

describe('rexecd when it is told to stop', PATIENT, () => {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const)
    for (const stdio of ['auto', 'relay'])
      it(`lets a command end after ${signal}, with stdio ${stdio}, accepts no more, and exits with 0`, async (t) => {
        const { daemon, port, call } = await serving(t, '--stdio', stdio, '--log-level', 'info');
        const remote = call('echo $$; read line; echo "got $line"; exit 7');
        const pid = await pidOf(remote);
        daemon.child.kill(signal);
        await eventually(() => daemon.stderr.includes('REXECD-101 stopping: sessions=1'), 'it stops');
        assert.equal(
          (await outcome(exec(HOST, 'true', { user: USER, password: PASSWORD, port }))).ended,
          'REXEC_UNREACHABLE',
        );
        assert.ok(isAlive(pid));
        remote.stdin.end('the end\n');
        assert.equal(await text(remote.stdout), 'got the end\n');
        remote.stderr!.resume();
        assert.partialDeepStrictEqual(await remote.result, { exitCode: 7, signal: null });
        const { stderr, status } = await daemon.end();
        assert.equal(status, 0);
        assert.match(stderr, /REXECD-102 stopped:\n$/);
        assert.ok(!isAlive(pid));
      });

  it('does not wait after a second signal, and leaves no orphan', async (t) => {
    const { daemon, call } = await serving(
      t,
      '--stop-seconds',
      '3600',
      '--kill-seconds',
      '0.2',
      '--log-level',
      'info',
    );
    const remote = call(`exec sh ${program('ignore-hangup.sh')}`);
    const pid = await pidOf(remote);
    const ended = outcome(remote);
    daemon.child.kill('SIGTERM');
    await eventually(() => daemon.stderr.includes('REXECD-101 stopping'), 'it stops');
    daemon.child.kill('SIGTERM');
    assert.equal((await daemon.end()).status, 0);
    assert.ok(!isAlive(pid));
    assert.equal((await ended).ended, 'signal SIGKILL');
  });

  it('closes everything, however many signals come', async (t) => {
    const { daemon, call } = await serving(t, '--stop-seconds', '3600', '--log-level', 'info');
    const remote = call('echo $$; exec sleep 600');
    await pidOf(remote);
    const again = setInterval(() => {
      for (const signal of ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const) daemon.child.kill(signal);
    }, 1);
    const { status, stderr } = await daemon.end();
    clearInterval(again);
    assert.equal(status, 0);
    assert.match(stderr, /REXECD-102 stopped/);
    assert.equal((await outcome(remote)).ended, 'signal SIGHUP');
  });

  it('hangs up a command that takes longer than stopSeconds', async (t) => {
    const { daemon, call } = await serving(t, '--stop-seconds', '0.2');
    const remote = call('echo $$; exec sleep 600');
    const pid = await pidOf(remote);
    daemon.child.kill('SIGTERM');
    assert.equal((await outcome(remote)).ended, 'signal SIGHUP');
    assert.equal((await daemon.end()).status, 0);
    assert.ok(!isAlive(pid));
  });

  it('exits at once when nothing runs', async (t) => {
    const { daemon } = await serving(t, '--stop-seconds', '3600');
    daemon.child.kill('SIGTERM');
    assert.deepEqual((({ stderr, status }) => [stderr, status])(await daemon.end()), ['', 0]);
  });
});

describe('the log of rexecd', PATIENT, () => {
  it('has only errors by default', async (t) => {
    const { daemon, call } = await serving(t);
    await outcome(call('echo quiet'));
    await outcome(call('true', 'wrong-password'));
    daemon.child.kill('SIGTERM');
    const { stdout, stderr } = await daemon.end();
    assert.match(stderr, /^\S+ error REXECD-300 login refused: .* user="ada" cause="wrong password"\n$/);
    const others = stdout.split('\n').filter((line) => !line.startsWith('process '));
    assert.equal(others.length, 3, stdout);
  });

  it('has host, user and command with --log-level info', async (t) => {
    const { daemon, call } = await serving(t, '--log-level', 'info');
    await outcome(call('echo "two\nlines"; exit 7'));
    daemon.child.kill('SIGTERM');
    const { stderr } = await daemon.end();
    assert.match(
      stderr,
      / info REXECD-301 login accepted: session="\w+" peer="127\.0\.0\.1:\d+" user="ada" /,
    );
    assert.match(
      stderr,
      / info REXECD-402 command started: .* command="echo \\"two\\nlines\\"; exit 7" pid=\d+ ms=\d+\n/,
    );
    assert.match(stderr, / info REXECD-403 command ended: .* status=7 ms=\d+\n/);
  });

  it('never has a password, right or wrong', async (t) => {
    const { daemon, port, call } = await serving(t, '--log-level', 'debug');
    await outcome(call('true'));
    await outcome(call('true', 'wr0ng-w0rd'));
    await run(t, 'rexec', ['-l', `${USER}x`, '-p', 'other-w0rd', '--port', `${port}`, HOST, 'true']);
    daemon.child.kill('SIGTERM');
    const { stdout, stderr } = await daemon.end();
    for (const secret of [PASSWORD, 'wr0ng-w0rd', 'other-w0rd'])
      assert.ok(!`${stdout}${stderr}`.includes(secret));
  });
});

describe('rexecd on a terminal', { ...PATIENT, ...ON_A_TERMINAL }, () => {
  it('says after a Ctrl-C what it waits for, even one that npm doubles, and ends that after another', async (t) => {
    const socket = join(temporaryFolder(t), 'run', 'control.sock');
    const words = ['-debug', '--port', '0', '--users', usersFileOf(t), '--control', socket];
    const line = lineFor('rexecd', [...words, '--profile', 'false', '--stop-seconds', '3600']);
    const terminal = onTerminal(t, `exec ${line}`, { env: ROOT_MAY });
    const [, port] = await terminal.says(/ port (\d+); press Ctrl-C to stop/);
    const [, pid] = await terminal.says(/^process (\d+), rexecd: /m);
    const login = { user: USER, password: PASSWORD, port: Number(port), signal: t.signal };
    const remote = exec(HOST, 'echo $$; exec sleep 600', login);
    await pidOf(remote);
    const ended = outcome(remote);
    process.kill(Number(pid), 'SIGINT');
    spawnSync('true'); // signals that wait together are one
    process.kill(Number(pid), 'SIGINT');
    await terminal.says(/^waiting up to 3600 s for 1 session to end; press Ctrl-C again to end it now\r$/m);
    const { stdout } = await run(t, 'rexecd', ['sessions', '--control', socket]);
    assert.match(stdout, / running .* exec sleep 600\n$/);
    await eventually(() => {
      const isRunning = isAlive(Number(pid));
      if (isRunning) terminal.child.stdin.write('\u0003'); // script(1) does not end while more comes
      return !isRunning;
    }, 'it ends');
    assert.equal((await terminal.end()).status, 0);
    assert.equal((await ended).ended, 'signal SIGHUP');
  });
});
