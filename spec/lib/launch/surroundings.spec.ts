import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { type Environment, loginEnvironment, resolveHome, usableHome } from '../../../lib/launch/index.ts';
import { type Identity, ownIdentity } from '../../../lib/login/index.ts';

const ada = { user: 'ada', uid: 1000, gid: 1000, groups: [1000], home: '/home/ada', shell: '/bin/bash' };
const own = ownIdentity();

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
    assert.deepEqual(await usableHome(resolveHome({ HOME: home }, 'linux'), own), { directory: home });
  });

  it('[NOTE] falls to a default, and says why', async () => {
    for (const [home, problem] of [
      ['home/ada', /absolute/],
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
    assert.match((await usableHome({ directory: home }, own)).problem ?? '', /permission denied/);
  });
});

const ID = { ada: 54321, staff: 54322, bob: 54323 };
const member: Identity = { ...ada, uid: ID.ada, gid: ID.ada, groups: [ID.ada, ID.staff] };

/** Who may enter a folder: by one class of its mode alone, the first that fits. */
const MODES: readonly (readonly [mode: number, uid: number, gid: number, usable: boolean, what: string])[] = [
  [0o100, ID.ada, ID.bob, true, 'its owner may'],
  [0o677, ID.ada, ID.bob, false, 'its owner may not, and others may'],
  [0o677, ID.ada, ID.staff, false, 'its owner may not, and the group may'],
  [0o010, ID.bob, ID.ada, true, 'the primary group may'],
  [0o010, ID.bob, ID.staff, true, 'another group of the user may'],
  [0o767, ID.bob, ID.staff, false, 'the group may not, and others may'],
  [0o3767, ID.bob, ID.staff, false, 'the group may not, for all its special bits'],
  [0o001, ID.bob, ID.bob, true, 'others may'],
  [0o1777, 0, 0, true, 'everybody may, and it is sticky'],
  [0o776, ID.bob, ID.bob, false, 'others may not'],
  [0o710, ID.bob, ID.bob, false, 'only another group may'],
];

/** Paths below a folder of the test, made by {@link tree}. */
const PATHS = {
  usable: ['open', 'open/', './/open/.', 'open/../open', 'to-open'],
  'not usable': [
    ...['closed/open', 'closed/open/deep', 'closed/../open', 'file', 'file/x', 'none', 'x'.repeat(256)],
    ...['to-none', 'to-itself', 'to-deep', 'to-to-deep'],
  ],
};

/** Nobody but root may search `closed`. */
function tree(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'rexecd-home-'));
  t.after(() => rmSync(root, { recursive: true }));
  chmodSync(root, 0o755);
  for (const path of ['open', 'closed/open/deep']) mkdirSync(join(root, path), { recursive: true });
  chmodSync(join(root, 'closed'), 0o700);
  writeFileSync(join(root, 'file'), '', { mode: 0o755 });
  for (const to of ['open', 'none', 'to-deep']) symlinkSync(to, join(root, `to-${to}`));
  symlinkSync('to-itself', join(root, 'to-itself'));
  symlinkSync(join(root, 'closed/open/deep'), join(root, 'to-deep'));
  return root;
}

describe('a home that root looks at', { skip: process.getuid?.() !== 0 && 'it takes root' }, () => {
  /** As the daemon sees it, and as the kernel does. */
  async function check(directory: string, usable: boolean): Promise<void> {
    const ids = ['--reuid', ID.ada, '--regid', ID.ada, '--groups', member.groups.join(), '--'].map(String);
    const entered = spawnSync('setpriv', [...ids, 'sh', '-c', 'cd -P "$0"', directory]).status === 0;
    assert.equal(entered, usable, 'the kernel (control)');
    const home = await usableHome({ directory }, member);
    assert.equal(home.directory, usable ? directory : '/');
    assert.equal(home.problem === undefined, usable);
  }

  for (const [mode, uid, gid, usable, what] of MODES)
    it(`[NOTE] is ${usable ? '' : 'not '}usable where ${what}`, async (t) => {
      const home = join(tree(t), 'open');
      chownSync(home, uid, gid);
      chmodSync(home, mode);
      await check(home, usable);
      assert.deepEqual(await usableHome({ directory: home }, { ...member, uid: 0 }), { directory: home });
    });

  for (const [usable, paths] of Object.entries(PATHS))
    for (const path of paths)
      it(`[NOTE] is ${usable} as ${path}`, async (t) => check(`${tree(t)}/${path}`, usable === 'usable'));

  it('[NOTE] names what is in the way, and the first problem that there was', async (t) => {
    const root = tree(t);
    const { problem } = await usableHome({ directory: `${root}/closed/open` }, member);
    assert.equal(problem, `${root}/closed: permission denied for ada`);
    const both = await usableHome({ directory: `${root}/none`, problem: 'HOME is not set' }, member);
    assert.deepEqual(both, { directory: '/', problem: 'HOME is not set' });
  });
});
