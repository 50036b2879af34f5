import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { Secret } from '../../../lib/base/index.ts';
import { exec } from '../../../lib/client/index.ts';
import { addUser } from '../../../lib/login/index.ts';
import { PASSWORD, USER } from '../../support/daemon/daemon.ts';
import { within } from '../../support/peer.ts';
import { ROOT_MAY, start, temporaryFolder, usersFileOf } from '../../support/program.ts';

const BOUNDED = { timeout: 180_000, skip: process.platform !== 'linux' && 'needs /proc' } as const;

describe('a command of rexecd', BOUNDED, () => {
  it('does not inherit what the daemon was started with', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'rexecd-descriptors-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const users = join(folder, 'users');
    await addUser(users, 'ada', new Secret(Buffer.from('s3cret')));
    const program = [process.execPath, 'lib/cli/rexecd.ts', '-debug', '--users', users, '--port', '0'];
    // Node itself takes care of low numbers only.
    const script = 'exec 77</etc/hostname 200</etc/hostname 251</etc/hostname; exec "$@"';
    const daemon = spawn('bash', ['-c', script, 'bash', ...program], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...ROOT_MAY, REXECD_PROFILE: 'false' },
    });
    t.after(() => daemon.kill('SIGKILL'));
    const [line] = (await once(createInterface(daemon.stdout!), 'line')) as [string];
    const port = Number(/port (\d+)/.exec(line)?.[1]);
    const { stdout, stderr, result } = exec('127.0.0.1', 'ulimit -Sn; exec /bin/ls -l /proc/self/fd', {
      user: 'ada',
      password: 's3cret',
      port,
    });
    stderr?.resume();
    const listed = Buffer.concat(await stdout.toArray()).toString();
    assert.equal((await result).exitCode, 0);
    assert.match(listed, / 0 -> /);
    assert.doesNotMatch(listed, /hostname/);
    assert.match(listed, /^1024\n/); // Node raises its own
  });

  it('is started by a daemon that leaves alone what threads of Node.js have open', async (t) => {
    // Node reads this file in a thread, which closes its number when it has read to the end.
    const certificates = join(temporaryFolder(t), 'certificates');
    execFileSync('mkfifo', [certificates]);
    const held = open(certificates, 'w'); // once the thread has opened it
    const daemon = start(
      t,
      'rexecd',
      ['-debug', '--users', usersFileOf(t), '--port', '0', '--control', 'off'],
      {
        env: { NODE_EXTRA_CA_CERTS: certificates },
      },
    );
    const file = await within(held, 'the thread');
    const [, port] = await daemon.says(/port (\d+);.*\n/);
    await file.close();
    for (let time = 0; time < 3; time += 1) {
      const { result } = exec('127.0.0.1', 'true', { user: USER, password: PASSWORD, port: Number(port) });
      assert.equal((await within(result, 'a session')).exitCode, 0);
    }
  });
});
