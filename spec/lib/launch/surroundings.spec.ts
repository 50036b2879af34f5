import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { loginEnvironment, resolveHome, usableHome } from '../../../lib/launch/index.ts';
import { ownIdentity } from '../../../lib/login/index.ts';

const ada = { user: 'ada', uid: 1000, gid: 1000, groups: [1000], home: '/home/ada', shell: '/bin/bash' };

const own = ownIdentity();

describe('the environment of a command', () => {
  it('[step 8] is made from the account and the address of the peer alone', () => {
    assert.deepEqual(loginEnvironment({ identity: ada }, '192.0.2.7'), {
      HOME: '/home/ada',
      SHELL: '/bin/bash',
      USER: 'ada',
      LOGNAME: 'ada',
      PATH: '/usr/local/bin:/usr/bin:/bin',
      RHOST: '192.0.2.7',
    });
  });

  it('[step 8] has no SHELL where the account has none', () => {
    assert.ok(!('SHELL' in loginEnvironment({ identity: { ...ada, shell: null } }, '::1')));
    assert.ok(!('SHELL' in loginEnvironment({ identity: { ...ada, shell: '' } }, '::1')));
  });

  it('[step 8] has the system directories in PATH for root, and no current directory for anyone', () => {
    const { PATH } = loginEnvironment({ identity: { ...ada, uid: 0 } }, '::1');
    assert.ok(PATH?.split(':').includes('/usr/sbin'));
    for (const uid of [0, 1000])
      for (const directory of loginEnvironment({ identity: { ...ada, uid } }, '::1').PATH!.split(':'))
        assert.match(directory, /^\/./);
  });
});

describe('the home directory', () => {
  it("[step 8] is the user's own", async (t) => {
    const home = mkdtempSync(join(tmpdir(), 'rexecd-home-'));
    t.after(() => rmSync(home, { recursive: true }));
    assert.deepEqual(await usableHome(resolveHome({ HOME: home }, 'linux'), own), { directory: home });
  });

  it('[NOTE] falls to a default, and says why', async () => {
    for (const [home, problem] of [
      ['', /not set/],
      ['home/ada', /absolute/],
      ['%HOMEDRIVE%%HOMEPATH%', /interactive/],
      ['/no/such/home', /ENOENT/],
      ['/etc/passwd', /directory/],
      ['/etc/passwd/x', /directory/],
    ] as const) {
      const { directory, problem: found = '' } = await usableHome(resolveHome({ HOME: home }, 'linux'), own);
      assert.equal(directory, '/');
      assert.match(found, problem, home);
    }
  });

  const skip = process.getuid?.() === 0 && 'root may enter every directory';
  it('[NOTE] falls to a default where it cannot be entered', { skip }, async (t) => {
    const home = mkdtempSync(join(tmpdir(), 'rexecd-home-'));
    t.after(() => rmSync(home, { recursive: true }));
    chmodSync(home, 0o600);
    assert.match(
      (await usableHome(resolveHome({ HOME: home }, 'linux'), own)).problem ?? '',
      /permission denied/,
    );
  });
});
