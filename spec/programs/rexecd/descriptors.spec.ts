import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { Secret } from '../../../lib/base/index.ts';
import { exec } from '../../../lib/client/index.ts';
import { addUser } from '../../../lib/login/index.ts';
import { ROOT_MAY } from '../../support/program.ts';

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
    const open = Buffer.concat(await stdout.toArray()).toString();
    assert.equal((await result).exitCode, 0);
    assert.match(open, / 0 -> /);
    assert.doesNotMatch(open, /hostname/);
    assert.match(open, /^1024\n/); // Node raises its own
  });
});
