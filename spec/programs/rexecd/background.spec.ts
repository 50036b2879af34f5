import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { PASSWORD, USER } from '../../support/daemon/daemon.ts';
import { eventually } from '../../support/peer.ts';
import {
  isAlive,
  PATIENT,
  run,
  start,
  startRexecd,
  temporaryFolder,
  usersFileOf,
} from '../../support/program.ts';

describe('the end of rexecd (B9)', PATIENT, () => {
  it('ends the commands of its sessions, and leaves what their users left in the background', async (t) => {
    const flags = [
      '--users',
      usersFileOf(t),
      '--control',
      'off',
      '--profile',
      'false',
      '--stop-seconds',
      '0',
    ];
    const { daemon, port } = await startRexecd(t, flags);
    const words = (command: string) => [
      '-l',
      USER,
      '-p',
      PASSWORD,
      '--port',
      `${port}`,
      '127.0.0.1',
      command,
    ];
    const left = await run(t, 'rexec', words('nohup sleep 600 > /dev/null 2>&1 & echo $!'));
    const job = Number(left.stdout);
    t.after(() => process.kill(job, 'SIGKILL'));
    const running = start(t, 'rexec', words('echo $$; exec sleep 600'));
    const [pid] = await running.says(/^\d+\n/);
    daemon.child.kill('SIGTERM');
    assert.equal((await daemon.end()).status, 0);
    assert.ok(isAlive(job), 'a job of a session that has ended');
    await eventually(() => !isAlive(Number(pid)), 'the command of a session that was running has ended');
  });

  it('is not asked of systemd for more than the daemon: KillMode=process', async (t) => {
    const root = temporaryFolder(t);
    assert.equal((await run(t, 'rexecd', ['-install', '--root', root])).status, 0);
    const unit = readFileSync(join(root, 'lib/systemd/system/rexecd.service'), 'utf8');
    assert.match(unit, /^KillMode=process$/m);
    assert.doesNotMatch(unit, /^ExecStopPost|^KillSignal/m);
  });

  it('is the same for SIGHUP during it, which is no reload (E15)', async (t) => {
    const flags = [
      '--users',
      usersFileOf(t),
      '--control',
      'off',
      '--profile',
      'false',
      '--log-level',
      'debug',
    ];
    const { daemon, port } = await startRexecd(t, flags);
    const words = ['-l', USER, '-p', PASSWORD, '--port', `${port}`, '127.0.0.1', 'echo up; read line'];
    const running = start(t, 'rexec', words);
    await running.says(/^up\n/);
    daemon.child.kill('SIGTERM');
    await eventually(() => /REXECD-101/.test(daemon.stderr), 'it is stopping');
    for (let n = 0; n < 5; n += 1) daemon.child.kill('SIGHUP');
    running.child.stdin.end('\n');
    const { stderr, status } = await daemon.end();
    assert.equal(status, 0);
    assert.doesNotMatch(stderr, /TypeError|REXECD-103|REXECD-113/);
  });
});
