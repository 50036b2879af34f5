import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { DaemonStatus } from '../../../lib/metrics/index.ts';
import { PASSWORD, USER } from '../../support/daemon/daemon.ts';
import { PATIENT, run, start, startRexecd, temporaryFolder, usersFileOf } from '../../support/program.ts';

const HOSTILE = 'ada\u001b[31m\u202e';

async function asked(t: TestContext, ...flags: string[]) {
  const socket = join(temporaryFolder(t), 'run', 'control.sock');
  const { daemon, port } = await startRexecd(t, ['--users', usersFileOf(t), '--control', socket, ...flags]);
  const words = (user: string, password: string, command: string) =>
    ['-l', user, '-p', password, '--port', `${port}`, '127.0.0.1', command] as const;
  return {
    daemon,
    port,
    status: async (...more: string[]) =>
      (await run(t, 'rexecd', ['status', ...more, '--control', socket])).stdout,
    call: (...of: Parameters<typeof words>) => run(t, 'rexec', words(...of)),
    running: (command: string) => start(t, 'rexec', words(USER, PASSWORD, command)),
  };
}

describe('rexecd status', PATIENT, () => {
  it('says in one sentence how the daemon is, then the rest in sections of 80 columns', async (t) => {
    const { port, status, call, running, daemon } = await asked(t, '--lockout-failures', '2');
    const remote = running('echo up; exec sleep 600');
    await remote.says(/^up\n/);
    for (let n = 0; n < 3; n += 1) await call(HOSTILE, 'wrong', 'true');
    const text = await status();
    assert.equal(text.split('\n')[0], `port ${port}: 1 of 12,000 sessions, 1 locked out`);
    for (const said of [
      /^Listening\n {2}clear text {2}127\.0\.0\.1 {2}port \d+$/m,
      /^Sessions\n {2}0 receiving, 0 verifying, 1 running, 0 closing$/m,
      /^ {2}sessions +1 {2}of 12,000 {2}limits\.maxConnections$/m,
      /^ {2}logins refused +2 {2}1 more by a lockout$/m,
      /REXECD-302 locked out$/m,
      /REXECD-300 login refused, 2 times$/m,
      /Correct the account or the rules\./,
    ])
      assert.match(text, said);
    assert.match(text, new RegExp(`^ *${daemon.pid} {2}rexecd `, 'm'));
    assert.match(text, /^ *\d+ {2}reader {2}.*\n?.*no capabilities, no_new_privs, seccomp/m);
    for (const line of text.split('\n')) assert.ok(line.length <= 80, line);
    assert.doesNotMatch(text, /[\u001b\u202e]/, 'nothing of a peer drives the terminal');
  });

  it('says the same to programs', async (t) => {
    const { port, status, call, daemon } = await asked(t);
    await call(USER, PASSWORD, 'true');
    await call(HOSTILE, 'wrong', 'true');
    const got = JSON.parse(await status('--json')) as DaemonStatus;
    assert.deepEqual([got.state, got.port, got.pid], ['ready', port, daemon.pid]);
    assert.deepEqual(
      [got.totals.connections, got.totals.loginsAccepted, got.totals.loginsRefused],
      [2, 1, 1],
    );
    const roles = new Set(got.processes.map(({ role }) => role)); // there may be several hosts
    assert.deepEqual([...roles].sort(), ['host', 'reader', 'rexecd']);
    assert.ok(got.processes.every(({ memory }) => memory > 1e6));
    assert.equal(got.problems[0]?.fields.user, HOSTILE);
    assert.ok(got.since <= got.now && got.now - got.since < 300_000);
  });
});
