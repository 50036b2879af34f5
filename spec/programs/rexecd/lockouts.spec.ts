import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { PASSWORD, USER } from '../../support/daemon/daemon.ts';
import { PATIENT, run, startRexecd, temporaryFolder, usersFileOf } from '../../support/program.ts';

const PAIR = `${USER} from 127.0.0.1`;

/** A daemon that locks out at the second failure, and how to ask its control socket. */
async function locking(t: TestContext) {
  const socket = join(temporaryFolder(t), 'run', 'control.sock');
  const flags = ['--users', usersFileOf(t), '--lockout-failures', '2', '--control', socket];
  const { daemon, port } = await startRexecd(t, flags);
  return {
    daemon,
    tell: (...words: string[]) => run(t, 'rexecd', [...words, '--control', socket]),
    login: async (password: string) =>
      (await run(t, 'rexec', ['-l', USER, '-p', password, '--port', `${port}`, '127.0.0.1', 'echo in']))
        .stdout,
  };
}

describe('lockouts from the command line', PATIENT, () => {
  it('are listed and ended one by one', async (t) => {
    const { tell, login } = await locking(t);
    assert.equal((await tell('lockouts')).stdout, 'nobody is locked out\n');
    for (let failure = 0; failure < 2; failure += 1) assert.equal(await login('wrong'), '');
    assert.equal(await login(PASSWORD), '', 'the right password does not help');
    assert.match(
      (await tell('lockouts')).stdout,
      new RegExp(`^${PAIR}: 2 failed logins, locked out for another \\d+ s\n$`),
    );
    const { stderr, status } = await tell('unlock', 'eve from 127.0.0.1');
    assert.deepEqual([stderr, status], ['rexecd: eve from 127.0.0.1 is not locked out\n', 1]);
    assert.equal((await tell('unlock', PAIR)).stdout, 'lockouts ended: 1\n');
    assert.equal(await login(PASSWORD), 'in\n');
  });

  it('are ended all at once', async (t) => {
    const { tell, login } = await locking(t);
    for (let failure = 0; failure < 2; failure += 1) await login('wrong');
    assert.equal((await tell('unlock')).stdout, 'lockouts ended: 1\n');
    assert.equal(await login(PASSWORD), 'in\n');
  });

  it('cannot be asked for where no daemon runs', async (t) => {
    const { stderr, status } = await run(t, 'rexecd', [
      'lockouts',
      '--control',
      join(temporaryFolder(t), 'x'),
    ]);
    assert.match(stderr, /^rexecd: control socket \S+: no daemon is listening there \(check --port\)\n$/);
    assert.equal(status, 1);
  });

  it('are no reason not to serve when the socket cannot be had', async (t) => {
    const flags = ['--users', usersFileOf(t), '--control', '/proc/no/such.sock'];
    const { daemon } = await startRexecd(t, flags);
    daemon.child.kill('SIGTERM');
    assert.match(
      (await daemon.end()).stderr,
      /REXECD-112 cannot open the control socket: cause="control socket \/proc/,
    );
  });
});
