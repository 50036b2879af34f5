import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { type AccountRules, type Identity, type Machine, refusedBy } from '../../../lib/login/index.ts';
import { BOUNDED } from '../../support/daemon/daemon.ts';
import { noMachine, Machine as OwnMachine } from '../../support/machine/machine.ts';

const OPEN: AccountRules = {
  allowRoot: true,
  minimumUid: 0,
  allowUsers: [],
  denyUsers: [],
  allowGroups: [],
  denyGroups: [],
  shells: 'any',
  nologin: false,
};

const QUIET: Machine = { listedShells: ['/bin/sh', '/bin/bash'], nologinFile: undefined };

const ada = {
  user: 'ada',
  uid: 1000,
  gid: 1000,
  groups: [1000, 50],
  home: '/home/ada',
  shell: '/bin/bash',
} satisfies Identity;
const root = { ...ada, user: 'root', uid: 0, gid: 0 } satisfies Identity;

interface Case {
  readonly rules?: Partial<AccountRules>;
  readonly identity?: Partial<Identity>;
  readonly groups?: readonly string[];
  readonly machine?: Partial<Machine>;
}

function verdict({ rules, identity, groups = ['ada', 'staff'], machine }: Case): string | undefined {
  return refusedBy({ ...OPEN, ...rules }, { ...ada, ...identity }, groups, { ...QUIET, ...machine });
}

const shell = (name: string | null): Pick<Case, 'identity'> => ({ identity: { shell: name } });
const nologinFile = { nologinFile: '/etc/nologin' };

const MAY: Readonly<Record<string, Case>> = {
  'anybody where nothing is asked': {},
  'uid 0 where it is allowed': { identity: root },
  'another name of uid 0 where it is allowed': { identity: { ...root, user: 'toor' } },
  'the lowest uid': { rules: { minimumUid: 1000 } },
  'uid 0 below the lowest uid, which is not for root': { identity: root, rules: { minimumUid: 1000 } },
  'a user beside denyUsers': { rules: { denyUsers: ['bob', 'adam', 'ad', 'ADA', ' ada', ''] } },
  'a user whose groups are beside denyGroups': { rules: { denyGroups: ['staf', 'STAFF', '50', ''] } },
  'a user named like a group of denyGroups': { rules: { denyGroups: ['ada'] }, groups: ['staff'] },
  'a user in a group named like one of denyUsers': { rules: { denyUsers: ['staff'] } },
  'a user of allowUsers': { rules: { allowUsers: ['bob', 'ada'] } },
  'a user of allowUsers, in no group of allowGroups': {
    rules: { allowUsers: ['ada'], allowGroups: ['wheel'] },
  },
  'a group of allowGroups': { rules: { allowGroups: ['wheel', 'staff'] } },
  'a group of allowGroups, not among allowUsers': { rules: { allowUsers: ['bob'], allowGroups: ['staff'] } },
  'a user without groups, of allowUsers': { rules: { allowUsers: ['ada'] }, groups: [] },
  'a listed shell': { rules: { shells: 'listed' } },
  'a shell that is not listed, where any usable will do': {
    rules: { shells: 'usable' },
    ...shell('/opt/fish'),
  },
  'an empty shell field, which is /bin/sh': { rules: { shells: 'listed' }, ...shell('') },
  'no shell field, which is /bin/sh': { rules: { shells: 'usable' }, ...shell(null) },
  'a shell whose name only holds "false"': { rules: { shells: 'usable' }, ...shell('/opt/falsework') },
  'a shell in a folder named nologin': { rules: { shells: 'usable' }, ...shell('/opt/nologin/sh') },
  'nologin as a shell, where any will do': shell('/usr/sbin/nologin'),
  'anybody while no nologin file exists': { rules: { nologin: true } },
  'anybody while one exists that nobody asks about': { machine: nologinFile },
  'root while a nologin file exists': { rules: { nologin: true }, identity: root, machine: nologinFile },
};

const MAY_NOT: Readonly<Record<string, Case & { readonly why: RegExp }>> = {
  'uid 0': { rules: { allowRoot: false }, identity: root, why: /^uid 0 .*allowRoot/ },
  'another name of uid 0': {
    rules: { allowRoot: false, allowUsers: ['toor'] },
    identity: { ...root, user: 'toor' },
    why: /^uid 0 /,
  },
  'a uid that is too low': { rules: { minimumUid: 1001 }, why: /^uid 1000 .*minimumUid 1001$/ },
  'a user of denyUsers': { rules: { denyUsers: ['bob', 'ada'] }, why: /^the user .*denyUsers$/ },
  'root of denyUsers': { rules: { denyUsers: ['root'] }, identity: root, why: /denyUsers$/ },
  'a group of denyGroups': { rules: { denyGroups: ['wheel', 'staff'] }, why: /^group staff .*denyGroups$/ },
  'a user of both user lists': { rules: { allowUsers: ['ada'], denyUsers: ['ada'] }, why: /denyUsers$/ },
  'a user of allowUsers in a group of denyGroups': {
    rules: { allowUsers: ['ada'], denyGroups: ['staff'] },
    why: /denyGroups$/,
  },
  'a group of both group lists': {
    rules: { allowGroups: ['staff'], denyGroups: ['staff'] },
    why: /denyGroups$/,
  },
  'a user beside allowUsers': { rules: { allowUsers: ['adam', 'ad', 'ADA'] }, why: /allowUsers/ },
  'a group beside allowGroups': { rules: { allowGroups: ['wheel', '50'] }, why: /allowGroups/ },
  'a user without groups beside allowGroups': {
    rules: { allowGroups: ['staff'] },
    groups: [],
    why: /allowGroups/,
  },
  'root beside allowUsers': { rules: { allowUsers: ['ada'] }, identity: root, why: /allowUsers/ },
  'a list of one empty name': { rules: { allowUsers: [''] }, why: /allowUsers/ },
  'a shell that is not listed': {
    rules: { shells: 'listed' },
    ...shell('/opt/fish'),
    why: /^shell \/opt\/fish .*\/etc\/shells \(setting accounts.shells\)$/,
  },
  'an empty shell field where /bin/sh is not listed': {
    rules: { shells: 'listed' },
    ...shell(''),
    machine: { listedShells: ['/bin/bash'] },
    why: /^shell \/bin\/sh is not in \/etc\/shells \(setting accounts.shells\)$/,
  },
  'nologin, where the shell must be usable': {
    rules: { shells: 'usable' },
    ...shell('/usr/sbin/nologin'),
    why: /^shell \/usr\/sbin\/nologin does not permit logins \(setting accounts.shells\)$/,
  },
  'false, where the shell must be usable': {
    rules: { shells: 'usable' },
    ...shell('/bin/false'),
    why: /does not permit logins/,
  },
  'nologin, even where it is listed': {
    rules: { shells: 'listed' },
    ...shell('/sbin/nologin'),
    machine: { listedShells: ['/sbin/nologin'] },
    why: /does not permit logins/,
  },
  'root with nologin as its shell': {
    rules: { shells: 'usable' },
    identity: { ...root, shell: '/sbin/nologin' },
    why: /does not permit logins/,
  },
  'a user while a nologin file exists': {
    rules: { nologin: true },
    machine: nologinFile,
    why: /^\/etc\/nologin exists \(setting accounts.nologin\)$/,
  },
};

describe('the rules about accounts', () => {
  for (const [who, each] of Object.entries(MAY))
    it(`[step 6] let in ${who}`, () => assert.equal(verdict(each), undefined));

  for (const [who, { why, ...each }] of Object.entries(MAY_NOT))
    it(`[step 6] refuse ${who}, and say why`, () => assert.match(verdict(each) ?? 'let in', why));

  it('[step 6] are asked in their order, the gravest first', () => {
    let now: Case = {
      rules: {
        ...{ allowRoot: false, minimumUid: 1, denyUsers: ['root', 'ada'], denyGroups: ['staff'] },
        ...{ allowUsers: ['bob'], allowGroups: ['wheel'], shells: 'listed', nologin: true },
      },
      identity: { ...root, shell: '/bin/false' },
      machine: nologinFile,
    };
    const change = (rules: Partial<AccountRules>, identity: Partial<Identity> = {}) => {
      now = { ...now, rules: { ...now.rules, ...rules }, identity: { ...now.identity, ...identity } };
    };
    const order: readonly (readonly [RegExp, mend: () => void])[] = [
      [/allowRoot/, () => change({ minimumUid: 2000 }, ada)],
      [/minimumUid/, () => change({ minimumUid: 0 }, { shell: '/bin/false' })],
      [/denyUsers/, () => change({ denyUsers: [] })],
      [/denyGroups/, () => change({ denyGroups: [] })],
      [
        /neither in accounts.allowUsers nor in a group of accounts.allowGroups/,
        () => change({ allowUsers: [], allowGroups: [] }),
      ],
      [/does not permit logins/, () => change({}, { shell: '/opt/fish' })],
      [/\/etc\/shells/, () => change({}, { shell: '/bin/sh' })],
      [/nologin exists/, () => change({ nologin: false })],
    ];
    for (const [why, mend] of order) {
      assert.match(verdict(now) ?? 'let in', why);
      mend();
    }
    assert.equal(verdict(now), undefined);
  });
});

describe('the machine, as the rules see it', { ...BOUNDED, skip: noMachine }, () => {
  let machine: OwnMachine;
  before(async () => {
    machine = await OwnMachine.make();
  });
  after(() => machine.end());

  const MODULE = new URL('../../../lib/login/account-rules.ts', import.meta.url).href;
  const now = (set: string): Machine =>
    JSON.parse(
      machine.shell(
        `${set}\n'${process.execPath}' --input-type=module -e "
          console.log(JSON.stringify(await (await import('${MODULE}')).machineNow()))"`,
      ),
    );

  it('has the shells of /etc/shells, without comments and empty lines', () => {
    const shells = "printf '# shells\\n\\n/bin/sh\\n#/bin/old\\n/opt/my shell\\n/bin/last' >/etc/shells";
    assert.deepEqual(now(shells).listedShells, ['/bin/sh', '/opt/my shell', '/bin/last']);
  });

  it('has no shells where there is no such file', () =>
    assert.deepEqual(now('rm -f /etc/shells').listedShells, []));

  it('has the nologin file that is there', () => {
    const other = existsSync('/run/nologin') ? '/run/nologin' : undefined;
    assert.equal(now('rm -f /etc/nologin').nologinFile, other);
    assert.equal(now('touch /etc/nologin').nologinFile, '/etc/nologin');
  });
});
