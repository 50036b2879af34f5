import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { exec, type RemoteCommand } from '../../lib/client/index.ts';
import { outcome } from '../support/daemon/fake-daemon.ts';
import { PATIENT, run } from '../support/program.ts';
import { type InRexecd, noInRexecd, startInRexecd } from './fixtures/in-rexecd.ts';

describe("our client on Debian's in.rexecd", { ...PATIENT, skip: await noInRexecd() }, () => {
  let daemon: InRexecd;
  before(async () => {
    daemon = await startInRexecd();
  });
  after(() => daemon?.end());

  const call = (command: string, options: object = {}): RemoteCommand => {
    const { user, password, port } = daemon;
    return exec(daemon.host, command, { user, password, port, ...options });
  };
  const words = (password: string, ...more: string[]): string[] => [
    '-l',
    daemon.user,
    '-p',
    password,
    '--port',
    `${daemon.port}`,
    daemon.host,
    ...more,
  ];

  it('gets stdout and stderr apart, and no exit status', async () => {
    const { stdout, stderr, ended } = await outcome(call('id -un; echo err >&2; exit 7'));
    assert.deepEqual([stdout, stderr, ended], [`${daemon.user}\n`, 'err\n', 'not told']);
  });

  it('gets both together without a stderr channel', async () => {
    const { stdout, stderr, ended } = await outcome(call('echo out; echo err >&2', { stderrChannel: false }));
    assert.deepEqual([stdout, stderr, ended], ['out\nerr\n', null, 'not told']);
  });

  it('half-closes and reads the rest', async () => {
    const bytes = randomBytes(4 * 1024 * 1024);
    const remote = call('cat; echo over >&2');
    remote.stdin.end(bytes);
    const { stdout, stderr } = await outcome(remote);
    assert.equal(stderr, 'over\n');
    assert.ok(Buffer.from(stdout, 'latin1').equals(bytes));
  });

  it('is left without a word for a wrong password', async () => {
    const { ended, message } = await outcome(call('true', { password: 'wrong' }));
    assert.deepEqual([ended, message], ['REXEC_LOST', 'the connection ended before the daemon answered']);
  });

  it('reads why a long name is refused', async () => {
    const { ended, message } = await outcome(call('true', { user: 'u'.repeat(16) }));
    assert.deepEqual([ended, message], ['REXEC_REFUSED', 'username too long']);
  });

  it('loses nothing of a long stderr unless it asks for the exit status', async () => {
    const phases: string[] = [];
    const options = { onPhase: (phase: string) => phases.push(phase) };
    const command = 'seq 1 100000 >&2';
    const { stderr } = await outcome(call(command, { ...options, exitStatus: false }));
    assert.equal(stderr?.length, 588_895);
    assert.equal(phases.at(-1), 'run');
    const { ended } = await outcome(call(command, options));
    assert.deepEqual([ended, phases.at(-1)], ['not told', 'stderrReset'], 'it says so');
  });

  it('as a program exits with 0, for the status is not told', async (t) => {
    const command = 'echo out; echo err >&2; exit 7';
    for (const more of [[], ['--no-exit-status']])
      assert.deepEqual(await run(t, 'rexec', words(daemon.password, ...more, command)), {
        stdout: 'out\n',
        stderr: 'err\n',
        status: 0,
      });
  });

  it('as a program says that stderr may have been cut short, and what to do about it', async (t) => {
    const { stderr, status } = await run(t, 'rexec', words(daemon.password, 'seq 1 100000 >&2'));
    assert.equal(status, 0);
    const told = stderr.indexOf('rexec: ');
    assert.equal(
      stderr.slice(told),
      [
        `rexec: ${daemon.host}: the daemon reset the stderr channel, so the end of standard error may be missing`,
        'rexec: hint: use --no-exit-status: this daemon does not report it, and does not read the request for it',
        '',
      ].join('\n'),
    );
  });

  it('as a program exits with 74 for a wrong password', async (t) => {
    const { stderr, status } = await run(t, 'rexec', words('wrong', 'true'));
    assert.equal(status, 74);
    assert.match(
      stderr,
      /: login: the connection ended before the daemon answered\n.* check the user name and the password/,
    );
  });
});
