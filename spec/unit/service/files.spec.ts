import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { pamFile } from '../../../lib/service/files/pam-file.ts';
import { SETTINGS } from '../../../lib/settings/index.ts';
import { BOUNDED } from '../../support/daemon/daemon.ts';
import { findProgram, temporaryFolder } from '../../support/program.ts';
import { PROGRAM, Staging } from './staging.ts';

const UNITS = '/lib/systemd/system';
const ANALYZE = findProgram('systemd-analyze');
const LOGROTATE = findProgram('logrotate');
const SHELLS = ['sh', 'dash', 'bash', 'busybox'].flatMap((name) => findProgram(name) ?? []);

async function installed(t: TestContext, more = {}): Promise<Staging> {
  const staging = new Staging(t);
  await staging.install(more);
  return staging;
}

/** A file without its comments, as assignments or words of a line. */
const linesOf = (text: string): string[] =>
  text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

describe('the PAM service of an installation', BOUNDED, () => {
  const sessionOf = (shared: string, locale: string) => [
    'session optional pam_loginuid.so',
    'session optional pam_keyinit.so force revoke',
    shared,
    'session required pam_limits.so',
    'session optional pam_umask.so',
    'session required pam_env.so',
    `session required pam_env.so envfile=${locale}`,
  ];
  const UNIX = 'session required pam_unix.so';
  const AUTH = ['auth required pam_nologin.so'];
  const words = (text: string) => linesOf(text).map((line) => line.replace(/\s+/g, ' '));

  const DEBIAN = sessionOf('@include common-session-noninteractive', '/etc/default/locale');
  const RED_HAT = sessionOf(UNIX, '/etc/locale.conf');

  for (const [like, file, auth, account, session] of [
    ['Debian', 'common-auth', '@include common-auth', '@include common-account', DEBIAN],
    ['Red Hat', 'system-auth', 'auth substack system-auth', 'account substack system-auth', RED_HAT],
  ] as const)
    it(`takes what all logins share where it is like ${like}`, async (t) => {
      const staging = new Staging(t);
      staging.put(`/etc/pam.d/${file}`, '');
      await staging.install();
      assert.deepEqual(words(staging.text('/etc/pam.d/rexecd')), [...AUTH, auth, account, ...session]);
    });

  it('takes the accounts of the machine where nothing is shared', () => {
    const shared = ['auth required pam_unix.so', 'account required pam_unix.so'];
    const session = sessionOf(UNIX, '/etc/default/locale');
    assert.deepEqual(words(pamFile('plain')), [...AUTH, ...shared, ...session]);
  });

  it('is for the folder of a package what it is for the machine that makes it', {
    skip: !findProgram('/etc/pam.d/common-auth') && 'needs a machine like Debian',
  }, async (t) => {
    assert.match((await installed(t)).text('/etc/pam.d/rexecd'), /^@include common-auth$/m);
  });

  it('asks for sessions of its own, so that PAM takes neither those of all logins nor those of "other"', () => {
    for (const style of ['debian', 'redhat', 'plain'] as const) {
      assert.match(pamFile(style), /^session /m);
      assert.doesNotMatch(pamFile(style), /common-session$|^session .*system-auth/m);
    }
  });
});

describe('the units of an installation', BOUNDED, () => {
  const valuesOf = (text: string, key: string) =>
    linesOf(text).flatMap((line) => (line.startsWith(`${key}=`) ? [line.slice(key.length + 1)] : []));

  /** What systemd says of unit files; nothing when they are good. */
  function verify(staging: Staging, ...names: string[]): string {
    const words = [
      'verify',
      '--man=no',
      '--recursive-errors=no',
      ...names.map((name) => staging.at(`${UNITS}/${name}`)),
    ];
    const { stdout, stderr, status } = spawnSync(ANALYZE!, words, { encoding: 'utf8', ...BOUNDED });
    return `${stdout}${stderr}${status === 0 ? '' : `status ${status}`}`;
  }

  const SKIP = { skip: !ANALYZE && 'needs systemd-analyze (Debian: systemd)' };

  it('are right for systemd', SKIP, async (t) => {
    assert.equal(verify(await installed(t), 'rexecd.service', 'rexecd.socket'), '');
  });

  it('are right with spaces in the paths', SKIP, async (t) => {
    const folder = join(temporaryFolder(t), 'with spaces');
    mkdirSync(folder);
    const node = join(folder, 'the node');
    writeFileSync(node, '', { mode: 0o755 });
    const staging = await installed(t, { program: { node, script: '/opt/rexec d/rexecd.js' } });
    assert.equal(verify(staging, 'rexecd.service'), '');
    assert.match(
      staging.text(`${UNITS}/rexecd.service`),
      /^ExecStart=".*\/with spaces\/the node" --disable-sigusr1 --max-semi-space-size=4 "\/opt\/rexec d\/rexecd.js" \$OPTIONS$/m,
    );
  });

  for (const [what, wrong] of Object.entries({
    'a key that there is not': 'WatchdogSecs=30s',
    'a program that is not there': 'ExecStartPost=/no/such/program',
    'a value that is none': 'KillMode=most',
  }))
    it(`are really looked at: ${what} is found (control)`, SKIP, async (t) => {
      const staging = await installed(t);
      const path = `${UNITS}/rexecd.service`;
      staging.put(path, staging.text(path).replace('[Install]', `${wrong}\n[Install]`));
      assert.match(
        verify(staging, 'rexecd.service'),
        new RegExp(wrong.replace(/.*=/, '').replace('30s', 'WatchdogSecs')),
      );
    });

  it('let the daemon end by itself first', async (t) => {
    const unit = (await installed(t)).text(`${UNITS}/rexecd.service`);
    const [stop] = valuesOf(unit, 'TimeoutStopSec');
    const own = SETTINGS.stopSeconds.parse(undefined) + SETTINGS.killSeconds.parse(undefined);
    assert.ok(Number(stop?.replace('s', '')) > own, `${stop} against ${own} s`);
    assert.deepEqual(valuesOf(unit, 'KillMode'), ['process']);
    assert.deepEqual(valuesOf(unit, 'ExecStart'), [
      `${PROGRAM.node} --disable-sigusr1 --max-semi-space-size=4 ${PROGRAM.script} $OPTIONS`,
    ]);
  });

  it('take nothing from the commands of the users', async (t) => {
    const unit = (await installed(t)).text(`${UNITS}/rexecd.service`);
    const taking =
      /^(Protect\w+|Private\w+|NoNewPrivileges|CapabilityBoundingSet|AmbientCapabilities|MemoryDenyWriteExecute|Restrict\w+|SystemCall\w+|LockPersonality|ReadOnlyPaths|InaccessiblePaths|User|DynamicUser|Device\w+|RemoveIPC|IPAddress\w+)=/;
    assert.deepEqual(
      linesOf(unit).filter((line) => taking.test(line)),
      [],
    );
    for (const word of [
      'NoNewPrivileges',
      'ProtectSystem',
      'PrivateTmp',
      'CapabilityBoundingSet',
      'MemoryDenyWriteExecute',
    ])
      assert.match(unit, new RegExp(`^# - .*${word}=`, 'm')); // why, is said
  });

  it('listen on loopback, on the port of the settings, unless somebody changes it', async (t) => {
    const unit = (await installed(t)).text(`${UNITS}/rexecd.socket`);
    assert.deepEqual(valuesOf(unit, 'ListenStream'), SETTINGS.listen.parse(undefined));
    assert.deepEqual(valuesOf(unit, 'Backlog'), [String(SETTINGS.backlog.parse(undefined))]);
  });
});

describe('the init script of an installation', BOUNDED, () => {
  for (const shell of SHELLS)
    it(`is a script for ${shell}`, async (t) => {
      const staging = await installed(t, {
        program: { node: '/opt/no de/node', script: '/opt/re xec/d.js' },
      });
      const words = [...(shell.endsWith('busybox') ? ['sh'] : []), '-n', staging.at('/etc/init.d/rexecd')];
      const { stderr, status } = spawnSync(shell, words, { encoding: 'utf8', ...BOUNDED });
      assert.deepEqual([stderr, status], ['', 0]);
    });

  it('says what init must know of it', async (t) => {
    const text = (await installed(t)).text('/etc/init.d/rexecd');
    const head = /^### BEGIN INIT INFO\n(.*)^### END INIT INFO\n/ms.exec(text)![1]!;
    const keys = [...head.matchAll(/^# ([\w-]+): +\S/gm)].map(([, key]) => key);
    for (const key of [
      'Provides',
      'Required-Start',
      'Required-Stop',
      'Default-Start',
      'Default-Stop',
      'Short-Description',
    ])
      assert.ok(keys.includes(key), key);
  });
});

describe('the log rotation of an installation', BOUNDED, () => {
  it('is right for logrotate', { skip: !LOGROTATE && 'needs logrotate (Debian: logrotate)' }, async (t) => {
    const staging = await installed(t);
    const words = ['--debug', '--state', join(staging.root, 'state'), staging.at('/etc/logrotate.d/rexecd')];
    const { stderr, status } = spawnSync(LOGROTATE!, words, { encoding: 'utf8', ...BOUNDED });
    assert.equal(status, 0, stderr);
    assert.doesNotMatch(stderr, /^error/m);
    assert.match(
      stderr,
      /rotating pattern: \/var\/log\/rexecd\/console\.log \/var\/log\/rexecd\/rexecd\.log {2}weekly \(8 rotations\)/,
    );
  });
});
