import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import {
  asUser,
  type LauncherName,
  launcherNamed,
  type Self,
  type Start,
  shellCommand,
} from '../../../lib/launch/index.ts';
import { type Grant, type Identity, ownIdentity } from '../../../lib/login/index.ts';
import { processTraits } from '../../../lib/native/index.ts';
import { BOUNDED } from '../../support/daemon.ts';
import { notRoot } from '../../support/program.ts';

const SETPRIV = '/usr/bin/setpriv';
const PRLIMIT = '/usr/bin/prlimit';
const CHROOT = '/usr/sbin/chroot';

/** The daemon. */
const MAY = { niceness: 0, umask: 0o022, passesCapabilities: false, mayChroot: true, switchesByItself: true };
const ROOT: Self = { uid: 0, gid: 0, groups: [0], ...MAY };
const SERVICE: Self = { uid: 200, gid: 200, groups: [200], ...MAY, mayChroot: false };
const GRANTED: Self = { ...SERVICE, passesCapabilities: true };

/** Who logs in. */
const who = (uid: number, gid: number, ...groups: number[]): Identity => {
  return { user: 'ada', uid, gid, groups, home: '/home/ada', shell: '/bin/sh' };
};
const ADA = who(1000, 1000, 1000);
const MEMBER = who(1000, 1000, 1000, 29, 44);

const sh = shellCommand('/bin/sh', 'id', false);
const csh = shellCommand('/bin/csh', 'id', true); // told by its name that it is a login shell
const byName = ['/bin/bash', '--noprofile', '--norc', '-c', 'exec -a "$0" "$@"', '-csh'];
const switched = (uid: number, gid: number, groups: string) => {
  return [
    SETPRIV,
    `--reuid=${uid}`,
    `--regid=${gid}`,
    groups,
    '--inh-caps=-all',
    '--ambient-caps=-all',
    '--',
  ];
};
const chrooted = (uid: number, gid: number, groups: string) => {
  return [CHROOT, `--userspec=+${uid}:+${gid}`, `--groups=${groups}`, '--skip-chdir', '/'];
};
const limits = { nofile: '64:128', core: '0:unlimited' };
const limited = [PRLIMIT, '--nofile=64:128', '--core=0:unlimited', '--'];
const traits = (own: Readonly<Record<string, string>>) => ({ limits: own, umask: 0o022, niceness: 0 });
const masked = ['/bin/sh', '-c', 'umask 77 && exec "$@"', 'sh'];

/** The words of the process, and the account where Node is to switch to it. */
type Expected = readonly [words: readonly string[], ids?: readonly [uid: number, gid: number]];

const SWITCHES: Readonly<Record<string, readonly [self: Self, grant: Grant, Expected]>> = {
  'nothing, where the daemon is the account': [SERVICE, { identity: who(200, 200, 200) }, [[]]],
  'nothing, where the daemon has groups it cannot give away': [
    { ...SERVICE, groups: [200, 27] },
    { identity: who(200, 200, 200) },
    [[]],
  ],
  'nothing, where the platform has no accounts': [
    { uid: -1, gid: -1, groups: [], ...MAY },
    { identity: who(-1, -1) },
    [[]],
  ],
  'Node, where root leaves for one group': [ROOT, { identity: ADA }, [[], [1000, 1000]]],
  'Node, where no groups are told': [ROOT, { identity: who(1000, 1000) }, [[], [1000, 1000]]],
  'Node, where only the group differs': [ROOT, { identity: who(0, 5, 5) }, [[], [0, 5]]],
  'Node, where the group is told twice': [ROOT, { identity: who(7, 8, 8, 8) }, [[], [7, 8]]],
  'chroot, where root leaves for more groups, by number': [
    ROOT,
    { identity: MEMBER },
    [chrooted(1000, 1000, '+1000,+29,+44')],
  ],
  'chroot, where the only group is not the primary one': [
    ROOT,
    { identity: who(1000, 1000, 29) },
    [chrooted(1000, 1000, '+29')],
  ],
  'chroot, where what makes the process cannot switch': [
    { ...ROOT, switchesByItself: false },
    { identity: ADA },
    [chrooted(1000, 1000, '+1000')],
  ],
  'chroot, where what makes the process cannot switch and no groups are told': [
    { ...ROOT, switchesByItself: false },
    { identity: who(1000, 1000) },
    [chrooted(1000, 1000, '')],
  ],
  'setpriv, where root may not change the root': [
    { ...ROOT, mayChroot: false },
    { identity: MEMBER },
    [switched(1000, 1000, '--groups=1000,29,44')],
  ],
  'setpriv, where root would pass capabilities': [
    { ...ROOT, passesCapabilities: true },
    { identity: ADA },
    [switched(1000, 1000, '--groups=1000')],
  ],
  'setpriv, where a granted daemon leaves': [
    GRANTED,
    { identity: MEMBER },
    [switched(1000, 1000, '--groups=1000,29,44')],
  ],
  'setpriv, where a granted daemon leaves for no groups': [
    GRANTED,
    { identity: who(1000, 1000) },
    [switched(1000, 1000, '--clear-groups')],
  ],
  'setpriv, which will fail, where the daemon has no right to': [
    SERVICE,
    { identity: ADA },
    [switched(1000, 1000, '--groups=1000')],
  ],
  'setpriv, where the group alone differs and the daemon is not root': [
    GRANTED,
    { identity: who(200, 5, 5) },
    [switched(200, 5, '--groups=5')],
  ],
  'nothing, where root runs as root with its own groups': [ROOT, { identity: who(0, 0, 0) }, [[]]],
  'nothing, where both have the same groups in another order': [
    { ...ROOT, groups: [0, 4, 27] },
    { identity: who(0, 0, 27, 0, 4) },
    [[]],
  ],
  'Node, where root runs as root and the daemon has groups besides': [
    { ...ROOT, groups: [0, 4] },
    { identity: who(0, 0, 0) },
    [[], [0, 0]],
  ],
  'chroot, where root runs as root with groups that the daemon lacks': [
    ROOT,
    { identity: who(0, 0, 0, 4) },
    [chrooted(0, 0, '+0,+4')],
  ],
  'chroot, where each has a group that the other lacks': [
    { ...ROOT, groups: [0, 27] },
    { identity: who(0, 0, 0, 4) },
    [chrooted(0, 0, '+0,+4')],
  ],
  'prlimit, where the account is the same': [
    SERVICE,
    { identity: who(200, 200, 200), traits: traits(limits) },
    [limited],
  ],
  'nothing, where a session asks for no limits': [
    SERVICE,
    { identity: who(200, 200, 200), traits: traits({}) },
    [[]],
  ],
  'prlimit before chroot, because the user could raise none': [
    ROOT,
    { identity: MEMBER, traits: traits(limits) },
    [[...limited, ...chrooted(1000, 1000, '+1000,+29,+44')]],
  ],
  'prlimit before chroot for one group too, because Node would switch first': [
    ROOT,
    { identity: ADA, traits: traits(limits) },
    [[...limited, ...chrooted(1000, 1000, '+1000')]],
  ],
  'sh for another umask, as the user that Node switches to': [
    ROOT,
    { identity: ADA, traits: { ...traits({}), umask: 0o077 } },
    [masked, [1000, 1000]],
  ],
  'sh for another umask after chroot, as the user': [
    ROOT,
    { identity: MEMBER, traits: { ...traits(limits), umask: 0o077 } },
    [[...limited, ...chrooted(1000, 1000, '+1000,+29,+44'), ...masked]],
  ],
};

function expected([before, ids]: Expected, shell: typeof sh): Start {
  const account = ids ? { uid: ids[0], gid: ids[1] } : {};
  if (before.length === 0) return { ...shell, ...account };
  const named = shell.argv0.startsWith('-') ? byName : [];
  const [file = '', ...rest] = [...before, ...named, shell.file, ...shell.arguments];
  return { file, argv0: file, arguments: rest, ...account };
}

describe('the way to an account', () => {
  for (const [what, [self, grant, start]] of Object.entries(SWITCHES))
    for (const shell of [sh, csh])
      it(`[step 8] is ${what}, for ${shell.file}`, () =>
        assert.deepEqual(asUser(shell, grant, self), expected(start, shell)));

  it('[step 8] is nice before chroot, by what the daemon is not already', () => {
    const grant = { identity: who(1000, 1000, 1000), traits: { limits: {}, umask: 0o022, niceness: 5 } };
    const { file, arguments: words } = asUser(sh, grant, { ...ROOT, niceness: 2 });
    assert.deepEqual([file, ...words.slice(0, 3)], ['/usr/bin/nice', '-n', '3', CHROOT]);
  });

  it('[step 8] leaves no capability to a login as the account of a granted daemon itself', () => {
    const { file, arguments: words } = asUser(sh, { identity: who(200, 200, 200) }, GRANTED);
    assert.equal(file, SETPRIV);
    for (const option of ['--inh-caps=-all', '--ambient-caps=-all']) assert.ok(words.includes(option));
    assert.doesNotMatch(words.join(' '), /--(init-|clear-)?groups/); // it may not have that right
    assert.deepEqual(words.slice(words.indexOf('--') + 1), [sh.file, ...sh.arguments]);
  });
});

/** What a command prints. */
async function output(
  t: TestContext,
  launcher: LauncherName,
  grant: Grant,
  shell: typeof sh,
): Promise<string> {
  const running = await (await launcherNamed(launcher)).launch({
    grant,
    shell,
    directory: '/',
    environment: { PATH: '/usr/bin:/bin' },
    stdio: { plan: 'relay', stderr: 'stdout' },
  });
  t.after(() => void running.group.signal('SIGKILL'));
  return text(running.stdout!);
}

for (const launcher of ['execa', 'posix-spawn'] as const)
  describe(`a command of another account, by ${launcher}`, { ...BOUNDED, skip: notRoot }, () => {
    const STATUS = 'id -u; id -g; id -G; grep ^Cap /proc/$$/status | grep -v Bnd';
    const none = ['Inh', 'Prm', 'Eff', 'Amb'].map((set) => `Cap${set}:\t${'0'.repeat(16)}`);
    for (const groups of [[54322], [54322, 29, 54323]])
      it(`[step 8] has its ids and the groups ${groups}, and no capabilities`, async (t) => {
        const identity = who(54321, 54322, ...groups);
        const said = await output(t, launcher, { identity }, shellCommand('/bin/sh', STATUS, false));
        assert.deepEqual(said.trimEnd().split('\n'), ['54321', '54322', groups.join(' '), ...none]);
      });

    for (const groups of [[54322], [54322, 29]])
      for (const nofile of [undefined, '64:128'])
        it(`[step 8] is told its name with the groups ${groups} and ${nofile ?? 'no'} limits`, async (t) => {
          const folder = mkdtempSync(join(tmpdir(), 'rexecd-shell-'));
          t.after(() => rmSync(folder, { recursive: true }));
          chmodSync(folder, 0o755);
          symlinkSync('/bin/sh', join(folder, 'csh'));
          const line = 'echo "$0"; id -u; echo "$(ulimit -Sn):$(ulimit -Hn)"';
          const shell = shellCommand(join(folder, 'csh'), line, true);
          const identity = who(54321, 54322, ...groups);
          const said = await output(
            t,
            launcher,
            { identity, traits: traits(nofile ? { nofile } : {}) },
            shell,
          );
          const own = (await processTraits()).limits.nofile;
          assert.deepEqual(said.trimEnd().split('\n'), ['-csh', '54321', nofile ?? own]);
        });
  });

describe('what the daemon itself is', { ...BOUNDED, skip: notRoot }, () => {
  for (const [set, passesCapabilities] of [
    ['--inh-caps=-all,+kill', true],
    ['--inh-caps=+kill --ambient-caps=+kill', true],
    ['--inh-caps=-all --ambient-caps=-all', false],
  ] as const)
    it(`[step 8] is made knowing what the daemon itself is, with ${set}`, () => {
      const module = new URL('../../../lib/launch/account-switch.ts', import.meta.url).href;
      const words = ['--groups=0,29', ...set.split(' '), '--', process.execPath, '--input-type=module', '-e'];
      const script = `console.log(JSON.stringify((await import('${module}')).self()))`;
      const self = JSON.parse(execFileSync(SETPRIV, [...words, script], { encoding: 'utf8' }));
      const { uid, gid } = ownIdentity();
      assert.deepEqual(self, {
        ...MAY,
        ...{ uid, gid, groups: [0, 29], niceness: getPriority(), passesCapabilities },
      });
    });
});
