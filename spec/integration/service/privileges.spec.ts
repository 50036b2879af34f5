import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, it, type TestContext } from 'node:test';
import { type Duties, type Holder, missingPrivileges, thisHolder } from '../../../lib/service/index.ts';

const ACCOUNTS = ['CAP_DAC_READ_SEARCH', 'CAP_KILL', 'CAP_SETGID', 'CAP_SETUID'];
const PORT = 'CAP_NET_BIND_SERVICE';
const ALL = [...ACCOUNTS, PORT];
const PAGE = ['SeAssignPrimaryTokenPrivilege', 'SeIncreaseQuotaPrivilege', 'SeTcbPrivilege'];
const PROFILES = ['SeBackupPrivilege', 'SeRestorePrivilege'];
const WINDOWS = [...PAGE, ...PROFILES];

const service: Duties = { listensOn: 512, servesAccounts: true, changesReaders: false };
const ownUsers: Duties = { listensOn: 512, servesAccounts: false, changesReaders: false };
const highPort: Duties = { listensOn: 5512, servesAccounts: true, changesReaders: false };
const nothing: Duties = { listensOn: 5512, servesAccounts: false, changesReaders: false };

/** Of root, with a users file. */
const readers: Duties = { ...nothing, changesReaders: true };
const READERS = ['CAP_SETGID', 'CAP_SETUID'];

const holder = (held: readonly string[], more: Partial<Holder> = {}): Holder => {
  return { platform: 'linux', held: new Set(held), lowestFreePort: 1024, command: ['rexecd'], ...more };
};
const without = (left: string): string[] => ALL.filter((name) => name !== left);
const windows: Partial<Holder> = { platform: 'win32' };

/** What the duties take, what is held, and which are missing. */
const MISSING: readonly (readonly [what: string, Duties, Holder, missing: readonly string[]])[] = [
  ['nothing, for root, who holds all', service, holder(ALL), []],
  ['all, for nobody', service, holder([]), ALL],
  ...ALL.map((name) => [`${name}, for who lacks it alone`, service, holder(without(name)), [name]] as const),
  ...ALL.map((name) => [`the others, beside ${name}`, service, holder([name]), without(name)] as const),
  ['nothing by a capability of no use', service, holder(['CAP_SYS_ADMIN', 'cap_kill', 'KILL', '']), ALL],
  ['the port alone, with a users file', ownUsers, holder([]), [PORT]],
  ['nothing, with a users file and the port', ownUsers, holder([PORT]), []],
  ['nothing, with a users file and a free port', nothing, holder([]), []],
  ['those of readers, for root with a users file', readers, holder([]), READERS],
  ['nothing, for root with a users file and those of readers', readers, holder(READERS), []],
  ['all, for root that lacks all', { ...service, changesReaders: true }, holder([]), ALL],
  ['no port, with a free port', highPort, holder([]), ACCOUNTS],
  ['no port, where any will do', { ...ownUsers, listensOn: 0 }, holder([]), []],
  ['the port below the first free one', { ...ownUsers, listensOn: 1023 }, holder([]), [PORT]],
  ['no port, from the first free one on', { ...ownUsers, listensOn: 1024 }, holder([]), []],
  ['no port, where the machine frees it', ownUsers, holder([], { lowestFreePort: 512 }), []],
  [
    'no port, where the machine frees all',
    { ...ownUsers, listensOn: 1 },
    holder([], { lowestFreePort: 0 }),
    [],
  ],
  ['the port, where the machine frees fewer', nothing, holder([], { lowestFreePort: 5513 }), [PORT]],
  ['the three of the page and those for profiles, on Windows', service, holder([], windows), WINDOWS],
  [
    'those for profiles on Windows, for who has the three of the page',
    service,
    holder(PAGE, windows),
    PROFILES,
  ],
  ['none of them on Windows, with a users file', ownUsers, holder([], windows), []],
  ['nothing on Windows, for who holds all', service, holder(WINDOWS, windows), []],
  ...WINDOWS.map(
    (name) =>
      [
        `${name} on Windows, for who lacks it alone`,
        highPort,
        holder(
          WINDOWS.filter((each) => each !== name),
          windows,
        ),
        [name],
      ] as const,
  ),
];

/** The words of a command line as the shell of a user sees them; sudo and id say what we want. */
function wordsOf(grant: string): string[] {
  const script = `id() { echo "id $1"; }; sudo() { printf '%s\\0' "$@"; }; ${grant}`;
  return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
}

const grantOf = (duties: Duties, who: Holder): string => missingPrivileges(duties, who)[0]!.grant;

describe('the privileges that are missing', () => {
  for (const [what, duties, who, missing] of MISSING)
    it(`[-debug] are ${what}`, () =>
      assert.deepEqual(
        missingPrivileges(duties, who).map(({ privilege }) => privilege),
        missing,
      ));

  it('[-debug] come with what they are for', () => {
    const purposes = missingPrivileges(service, holder([], { lowestFreePort: 600 })).map(
      ({ purpose }) => purpose,
    );
    assert.equal(new Set(purposes).size, ALL.length);
    for (const purpose of purposes) assert.match(purpose, /^[a-z][a-z ]+\d*$/);
    assert.equal(purposes.at(-1), 'listen on a port below 600');
    assert.deepEqual(
      missingPrivileges(readers, holder([])).map(({ purpose }) => purpose),
      ['take the groups of the daemon from readers', 'run readers under an account of their own'],
    );
    const page = missingPrivileges(service, holder([], windows)).map(({ purpose }) => purpose);
    assert.deepEqual(page, [
      'replace a process level token',
      'increase quotas',
      'act as part of the operating system',
      'read the profiles of users',
      'load the profiles of users',
    ]);
  });

  it('[-debug] are granted by priv on Windows, each by its own command', () => {
    const grants = missingPrivileges(service, holder([], windows)).map(({ grant }) => grant);
    assert.deepEqual(
      grants,
      WINDOWS.map((name) => `priv -a ${name}`),
    );
  });

  it('[-debug] are granted by one command elsewhere, which has all that are missing and no other', () => {
    const missing = missingPrivileges(service, holder(['CAP_KILL', PORT], { command: ['node', 'rexecd'] }));
    assert.equal(new Set(missing.map(({ grant }) => grant)).size, 1);
    const caps = '+dac_read_search,+setgid,+setuid';
    const options = ['--reuid=id -u', '--regid=id -g', '--init-groups'];
    const sets = [`--inh-caps=${caps}`, `--ambient-caps=${caps}`];
    assert.deepEqual(wordsOf(missing[0]!.grant), ['setpriv', ...options, ...sets, '--', 'node', 'rexecd']);
  });

  it('[-debug] are named by setpriv as in its own list', () => {
    const known = execFileSync('setpriv', ['--list-caps'], { encoding: 'utf8' }).split('\n');
    const words = wordsOf(grantOf(service, holder([])));
    const named = words
      .find((word) => word.startsWith('--ambient-caps='))!
      .replace(/^.*=/, '')
      .split(',');
    assert.equal(named.length, ALL.length);
    for (const name of named) assert.ok(known.includes(name.slice(1)), name);
  });
});

describe('the command that grants them, to this process', () => {
  /** As if this process had been called so. */
  function callAs(t: TestContext, [node = '', ...flags]: readonly string[], words: readonly string[]): void {
    t.mock.property(process, 'execPath', node);
    t.mock.property(process, 'execArgv', flags);
    t.mock.property(process, 'argv', [node, ...words]);
  }

  const AWKWARD = [
    ...['', ' ', 'a b', "it's", "''", '"', '$HOME', '$(exit 1)', '`exit 1`', '\\', 'a\nb', '*', '~', '~root'],
    ...[
      'a;b',
      'a&b',
      'a|b',
      '>x',
      '<x',
      '#x',
      '!x',
      '{a,b}',
      '[a]',
      'ü',
      '--',
      '-debug',
      '=x',
      'A=b',
      '%',
      '^',
      ',',
    ],
  ];

  it('[-debug] is how it was called, word for word, whatever the words', async (t) => {
    callAs(t, ["/opt/node's/bin/node"], ['/opt/my rexecd.ts', ...AWKWARD]);
    const words = wordsOf(grantOf(service, holder([], { command: (await thisHolder()).command })));
    const called = words.slice(words.indexOf('--') + 1);
    assert.deepEqual(called, ["/opt/node's/bin/node", '/opt/my rexecd.ts', ...AWKWARD]);
  });

  it("[-debug] has Node's own flags", async (t) => {
    const flags = ['--max-old-space-size=512', '--import', './a b.mjs'];
    callAs(t, ['/bin/node', ...flags], ['/opt/rexecd.ts', '-debug']);
    const words = wordsOf(grantOf(service, holder([], { command: (await thisHolder()).command })));
    assert.deepEqual(words.slice(words.indexOf('--') + 1), [
      '/bin/node',
      ...flags,
      '/opt/rexecd.ts',
      '-debug',
    ]);
  });

  it('[-debug] leaves plain words as they are', async (t) => {
    callAs(t, ['/bin/node'], ['/opt/rexecd.ts', '-debug', '--users', '/a/b_c-1.x', '--host', '::1']);
    assert.match(
      (await thisHolder()).command.join(' '),
      /\/opt\/rexecd\.ts -debug --users \/a\/b_c-1\.x --host ::1$/,
    );
  });

  it('[-debug] holds what the kernel says, and knows the first free port', async () => {
    const { held, lowestFreePort, platform } = await thisHolder();
    const status = readFileSync('/proc/self/status', 'utf8');
    const effective = BigInt(`0x${/^CapEff:\s*(\w+)$/m.exec(status)![1]}`);
    const bits = { CAP_DAC_READ_SEARCH: 2n, CAP_KILL: 5n, CAP_SETGID: 6n, CAP_SETUID: 7n, [PORT]: 10n };
    const expected = Object.entries(bits).filter(([, bit]) => (effective & (1n << bit)) !== 0n);
    assert.deepEqual(ALL.filter((name) => held.has(name)).sort(), expected.map(([name]) => name).sort());
    const first = execFileSync('cat', ['/proc/sys/net/ipv4/ip_unprivileged_port_start'], {
      encoding: 'utf8',
    });
    assert.deepEqual([platform, lowestFreePort], [process.platform, Number(first)]);
  });

  const skip = process.getuid?.() !== 0 && 'dropping a capability takes root';
  /** What root lacks for all duties when it may hold no more than these. */
  function missingWith(bounds: string): string[] {
    const module = new URL('../../../lib/service/index.ts', import.meta.url).href;
    const script = `const { missingPrivileges, thisHolder } = await import('${module}');
      const missing = missingPrivileges(${JSON.stringify(service)}, { ...(await thisHolder()), lowestFreePort: 1024 });
      console.log(JSON.stringify(missing.map(({ privilege }) => privilege)));`;
    const words = [`--bounding-set=${bounds}`, '--', process.execPath, '--input-type=module', '-e', script];
    return JSON.parse(execFileSync('setpriv', words, { encoding: 'utf8' }));
  }

  for (const name of ALL)
    it(`[-debug] does not hold ${name} where that is dropped`, { skip }, () => {
      const drop = name === 'CAP_DAC_READ_SEARCH' ? '-dac_override,' : ''; // it can all that the other can
      assert.deepEqual(missingWith(`${drop}-${name.slice(4).toLowerCase()}`), [name]);
    });

  it('[-debug] holds all as root of a container, which has no CAP_DAC_READ_SEARCH', { skip }, () => {
    const docker = ['chown', 'dac_override', 'fowner', 'fsetid', 'kill', 'setgid', 'setuid', 'setpcap'];
    const more = ['net_bind_service', 'net_raw', 'sys_chroot', 'mknod', 'audit_write', 'setfcap'];
    assert.deepEqual(missingWith(`-all,${[...docker, ...more].map((name) => `+${name}`).join()}`), []);
  });
});
