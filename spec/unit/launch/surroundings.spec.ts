import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type Environment, loginEnvironment, resolveHome, usableHome } from '../../../lib/launch/index.ts';

const ada = { user: 'ada', uid: 1000, gid: 1000, groups: [1000], home: '/home/ada', shell: '/bin/bash' };

/** What an account's own environment may not set. */
const DROPPED = {
  'loads something into a program': [
    ...['LD_PRELOAD', 'LD_LIBRARY_PATH', 'LD_AUDIT', 'LD_', '_RLD_LIST', 'DYLD_INSERT_LIBRARIES'],
    ...['GCONV_PATH', 'LOCPATH', 'NLSPATH', 'GLIBC_TUNABLES', 'MALLOC_TRACE', 'NODE_OPTIONS', 'NODE_PATH'],
  ],
  'changes what a shell does first': [
    ...['IFS', 'ENV', 'BASH_ENV', 'SHELLOPTS', 'BASHOPTS', 'PS4', 'ZDOTDIR', 'CDPATH'],
    ...['BASH_FUNC_x', 'BASH_FUNC_ls%%', 'BASH_FUNC_ls()'],
  ],
  'is not the name of a variable': [
    ...['', ' ', 'A B', '1X', 'A=B', 'A-B', 'A.B', 'é', 'A\n', 'A\nB', ' A', 'A ', '%%'],
  ],
  'leads to messages that a program prints as formats': ['LANGUAGE'],
  'says who is asking': ['USER', 'LOGNAME', 'RHOST'],
} as const;

/** Names that only look like those. */
const KEPT = [
  ...['LANG', 'LC_ALL', 'TZ', 'XDG_RUNTIME_DIR', 'MAIL', 'lower', '_', 'A1', '__proto__'],
  ...['LDFLAGS', 'MY_LD_PRELOAD', 'ENVIRONMENT', 'BASH_ENVIRONMENT', 'IFS2', 'NODE', 'MALLOC', 'RHOSTS'],
  ...['ld_preload', 'Env', 'constructor'],
];

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
    for (const shell of [null, ''])
      assert.ok(!('SHELL' in loginEnvironment({ identity: { ...ada, shell } }, '::1')));
  });

  it('[step 8] has the system directories in PATH for root, and no current directory for anyone', () => {
    const { PATH } = loginEnvironment({ identity: { ...ada, uid: 0 } }, '::1');
    assert.ok(PATH?.split(':').includes('/usr/sbin'));
    for (const uid of [0, 1000])
      for (const directory of loginEnvironment({ identity: { ...ada, uid } }, '::1').PATH!.split(':'))
        assert.match(directory, /^\/./);
  });

  const bare = loginEnvironment({ identity: ada }, '::1');
  for (const [why, names] of Object.entries(DROPPED))
    for (const name of names)
      it(`[step 8] takes no ${JSON.stringify(name)} from the account, which ${why}`, () => {
        const environment = Object.fromEntries([[name, '../../../tmp/theirs']]);
        assert.deepEqual(loginEnvironment({ identity: ada, environment }, '::1'), bare);
      });

  for (const name of [...KEPT, 'HOME', 'SHELL', 'PATH'])
    it(`[step 8] takes ${name} from the account`, () => {
      const environment = Object.fromEntries([[name, 'theirs\n']]);
      const all = Object.entries(loginEnvironment({ identity: ada, environment }, '::1'));
      assert.deepEqual(new Map(all), new Map(Object.entries(bare)).set(name, 'theirs\n'));
    });
});

const interactive = /^HOME is .*, which is defined only in interactive sessions$/;
const unset = /^HOME is not set$/;
const relative = /is not an absolute path$/;
const PROFILE = { USERPROFILE: 'C:\\Users\\ada' };

type Home = readonly [NodeJS.Platform, Environment, directory: string, problem?: RegExp];
const itself =
  (platform: NodeJS.Platform) =>
  (HOME: string): Home => [platform, { HOME, ...PROFILE }, HOME];
const onLinux = (HOME: string, problem: RegExp): Home => ['linux', { HOME }, '/', problem];
const onWindows = (HOME: string, problem: RegExp): Home => {
  return ['win32', { HOME, ...PROFILE, SystemDrive: 'D:' }, PROFILE.USERPROFILE, problem];
};

/** Where a command runs by its environment; with a problem, that is the default. */
const HOMES: readonly Home[] = [
  ...['/home/ada', '/', '/srv/a b/%'].map(itself('linux')),
  ['linux', {}, '/', unset],
  ['linux', { home: '/home/ada', USERPROFILE: '/home/ada' }, '/', unset],
  onLinux('', unset),
  ...['home/ada', '.', '~', ' /home/ada', 'C:\\Users\\ada'].map((home) => onLinux(home, relative)),
  ...['%HOMEDRIVE%%HOMEPATH%', '/home/%HomePath%'].map((home) => onLinux(home, interactive)),
  ...['D:\\ada', 'D:/ada', '\\\\nas\\homes\\ada', 'C:\\HOMEPATH'].map(itself('win32')),
  onWindows('', unset),
  ...['%HOMEDRIVE%%HOMEPATH%', '%homedrive%%homepath%'].map((home) => onWindows(home, interactive)),
  ...['%HomeDrive%\\ada', 'D:%HOMEPATH%', 'C:\\%hOMEpATH%'].map((home) => onWindows(home, interactive)),
  ...['ada', 'C:ada', '%USERPROFILE%'].map((home) => onWindows(home, relative)),
  ...[{}, { SystemDrive: '' }].map((environment): Home => ['win32', environment, 'C:\\', unset]),
  ['win32', { SystemDrive: 'D:' }, 'D:\\', unset],
  ...['', '%HOMEDRIVE%%HOMEPATH%', 'C:%homepath%', 'Users\\ada', '%SystemDrive%\\Users\\ada'].map(
    (USERPROFILE): Home => ['win32', { USERPROFILE, SystemDrive: 'D:' }, 'D:\\', unset],
  ),
];

describe('the home directory', () => {
  for (const [platform, environment, directory, problem = /^$/] of HOMES)
    it(`[NOTE] is ${directory} for ${JSON.stringify(environment)} on ${platform}`, () => {
      const found = resolveHome(environment, platform);
      assert.equal(found.directory, directory);
      assert.match(found.problem ?? '', problem);
    });

  it("[step 8] is the user's own", async (t) => {
    const home = mkdtempSync(join(tmpdir(), 'rexecd-home-'));
    t.after(() => rmSync(home, { recursive: true }));
    assert.deepEqual(await usableHome(resolveHome({ HOME: home }, 'linux')), { directory: home });
  });

  it('[NOTE] falls to a default, and says why', async () => {
    for (const [home, problem] of [
      ['home/ada', /absolute/],
      ['/no/such/home', /^no such file or directory: \/no/],
      ['/etc/passwd', /directory/],
      ['/etc/passwd/x', /directory/],
    ] as const) {
      const { directory, problem: found = '' } = await usableHome(resolveHome({ HOME: home }, 'linux'));
      assert.equal(directory, '/');
      assert.match(found, problem, home);
    }
  });

  const skip = process.getuid?.() === 0 && 'root may enter every directory';
  it('[NOTE] falls to a default where it cannot be entered', { skip }, async (t) => {
    const home = mkdtempSync(join(tmpdir(), 'rexecd-home-'));
    t.after(() => rmSync(home, { recursive: true }));
    chmodSync(home, 0o600);
    assert.match((await usableHome({ directory: home })).problem ?? '', /permission denied/);
  });
});
