import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { foldHosts } from '../../../../lib/cli/programs/rexec/hosts/fold.ts';
import { Groups } from '../../../../lib/cli/programs/rexec/hosts/groups.ts';
import { type HostLists, listHosts } from '../../../../lib/cli/programs/rexec/hosts/list.ts';
import { HostsError, parseTarget, targetText } from '../../../../lib/cli/programs/rexec/hosts/target.ts';
import { temporaryFolder } from '../../../support/program.ts';
import { holds } from '../../../vectors/generated.ts';

/** The hosts of a list, on a machine that has no groups. */
const expanded = async (list: string): Promise<string[]> =>
  (await new Groups([]).hostsOf(list)).targets.map(targetText);

const listed = async (lists: HostLists): Promise<string[]> => (await listHosts(lists)).map(targetText);

const TARGETS = [
  ['web1', { name: 'web1', host: 'web1' }],
  ['web1:5512', { name: 'web1:5512', host: 'web1', port: 5512 }],
  ['ada@web1', { name: 'web1', host: 'web1', user: 'ada' }],
  ['ada@EXAMPLE.ORG@web1:1', { name: 'web1:1', host: 'web1', user: 'ada@EXAMPLE.ORG', port: 1 }],
  ['192.0.2.7', { name: '192.0.2.7', host: '192.0.2.7' }],
  ['2001:db8::7', { name: '2001:db8::7', host: '2001:db8::7' }],
  ['[2001:db8::7]', { name: '2001:db8::7', host: '2001:db8::7' }],
  ['ada@[::1]:512', { name: '[::1]:512', host: '::1', user: 'ada', port: 512 }],
  ['fe80::1%eth0', { name: 'fe80::1%eth0', host: 'fe80::1%eth0' }],
] as const;

const NONE = [
  '',
  ':512',
  '@web1',
  'ada@',
  'web1:',
  'web1:0',
  'web1:65536',
  'web1:x',
  'a:b:c',
  '[web1]:512',
  '[::1',
  '[]',
];

const LISTS = [
  ['a', ['a']],
  ['a,b', ['a', 'b']],
  [' a , b ', ['a', 'b']],
  ['web[1-3]', ['web1', 'web2', 'web3']],
  ['web[1-2,7]', ['web1', 'web2', 'web7']],
  ['web[08-11].example.org', ['web08', 'web09', 'web10', 'web11'].map((name) => `${name}.example.org`)],
  ['r[1-2]n[1-2]', ['r1n1', 'r1n2', 'r2n1', 'r2n2']],
  ['ada@web[1-2]:5512,db', ['ada@web1:5512', 'ada@web2:5512', 'db']],
  ['127.1.[0-1].[1-2]', ['127.1.0.1', '127.1.0.2', '127.1.1.1', '127.1.1.2']],
  ['[::1]:512,[2001:db8::1]', ['[::1]:512', '2001:db8::1']],
  ['2001:db8::[1-2]', ['2001:db8::1', '2001:db8::2']],
  ['[2001:db8::[1-2]]:512', ['[2001:db8::1]:512', '[2001:db8::2]:512']],
  ['lb:[5512-5513]', ['lb:5512', 'lb:5513']],
  ['n[0-10/5]', ['n0', 'n5', 'n10']],
  ['n[00-03/2,9]', ['n00', 'n02', 'n9']],
  ['a b\tc', ['a', 'b', 'c']],
  ['web[1-4]!web[2-3]', ['web1', 'web4']],
  ['web[1-4] ! web2 , web2', ['web1', 'web3', 'web4', 'web2']],
  ['web[1-4]&web[3-9]', ['web3', 'web4']],
  ['web[1-3]^web[3-4]', ['web1', 'web2', 'web4']],
  ['ada@web1:5512,web2!web1', ['web2']],
  ['ada@web1,bob@web1!ada@web1', ['bob@web1']],
  ['web1:1,web1:2!web1:1', ['web1:2']],
  ['web1!ada@web1', ['web1']],
  ['constructor,toString!toString', ['constructor']],
  ['', []],
] as const;

/** What is wrong with each. */
const FAULTS = [
  ['web[3-1]', /^web\[3-1\]: 3-1 has its higher number first; did you mean 1-3\?$/],
  ['db,r[1-2]n[9-01/2]', /^r\[1-2\]n\[9-01\/2\]: 9-01\/2 has its higher number first; did you mean 01-9\?$/],
  ['web[1-', /^web\[1-: a bracket is not closed$/],
  ['web[1-3,db', /^web\[1-3,db: a bracket is not closed$/],
  ['web1]', /^web1\]: a bracket is not opened$/],
  ['web[1-3]]', /^web\[1-3\]\]: a bracket is not opened$/],
  ['[::1', /^\[::1: a bracket is not closed$/],
  ['web[a-c]', /^web\[a-c\]: a-c is neither a number nor a range such as 1-8$/],
  ['web[]', /^web\[\]: nothing is neither a number nor a range such as 1-8$/],
  ['!web1', /^!web1: nothing to take it from; to leave hosts out of all lists use -x$/],
  ['&web1', /^&web1: expected a host before &$/],
  ['^hosts', /for a file of hosts use --hosts-file$/],
  ['a!', /^a!: expected a host after !$/],
  ['a,-b', /^-b: to leave hosts out use -x b$/],
  ['/web/', /^\/web\/: patterns are not known/],
  ['@slurm:idle', /^@slurm:idle: groups have no source; write @idle$/],
] as const;

const FOLDED = [
  [['web1'], 'web1'],
  [['web1', 'web2', 'web3', 'web7'], 'web[1-3,7]'],
  [['web08', 'web09', 'web10'], 'web[08-10]'],
  [['web9', 'web10'], 'web[9-10]'],
  [['a1.example.org', 'a2.example.org', 'b'], 'a[1-2].example.org,b'],
  [['::1', '::2'], '::[1-2]'],
  [['[::1]:512', '[::2]:512', '[::2]:513'], '[::1]:512,[::2]:[512-513]'],
  [['lb:5512', 'lb:5513'], 'lb:[5512-5513]'],
  [['web3', 'web1', 'web2', 'web1'], 'web[1-3]'],
  [['r1n1', 'r1n2', 'r2n1', 'r2n2'], 'r[1-2]n[1-2]'],
  [['r1n1', 'r1n2', 'r2n1'], 'r1n[1-2],r2n1'],
  [['127.1.0.1', '127.1.0.2', '127.1.1.1', '127.1.1.2', '127.1.3.1'], '127.1.[0-1].[1-2],127.1.3.1'],
  [['a1', 'b', 'a2'], 'a[1-2],b'],
  [['n1234567890', 'n1234567891'], 'n1234567890,n1234567891'],
] as const;

describe('a host of rexec', () => {
  for (const [text, target] of TARGETS)
    it(`may be ${text}`, () => assert.deepEqual(parseTarget(text), target));

  for (const text of NONE)
    it(`is not ${JSON.stringify(text)}, which is named`, () =>
      assert.throws(
        () => parseTarget(text),
        (error) => error instanceof HostsError && error.message.startsWith(`${text}: `),
      ));
});

describe('a list of hosts', () => {
  for (const [list, hosts] of LISTS)
    it(`${JSON.stringify(list)} is ${hosts.join(' ') || 'none'}`, async () =>
      assert.deepEqual(await expanded(list), hosts));

  for (const [list, fault] of FAULTS)
    it(`may not be ${list}, and it says what to write`, () =>
      assert.rejects(expanded(list), (error) => error instanceof HostsError && fault.test(error.message)));

  for (const list of ['web[3-1]', 'web[1-]', 'web[-1]', 'web[1,,2]', 'web[1--2]', 'web[1-3/0]', 'web[1/2]'])
    it(`may not be ${list}, which is named`, () =>
      assert.rejects(
        expanded(list),
        (error) => error instanceof HostsError && error.message.startsWith(`${list}: `),
      ));

  it('has each host once, in its order', async () => {
    const hosts = await listed({ hosts: ['web[2-3],a', 'web[1-3]'] });
    assert.deepEqual(hosts, ['web2', 'web3', 'a', 'web1']);
  });

  it('is without the hosts that are left out', async () => {
    const hosts = await listed({ hosts: ['web[1-5]', 'db'], exclude: ['web[2-3]', 'db,none'] });
    assert.deepEqual(hosts, ['web1', 'web4', 'web5']);
    await assert.rejects(listed({ hosts: ['a'], exclude: ['a'] }), /no host is left: -x names them all/);
  });

  it('has so many at random as are picked, in their order, and others another time', async () => {
    const all = await listed({ hosts: ['web[1-200]'] });
    const [one, other] = [
      await listed({ hosts: ['web[1-200]'], pick: 20 }),
      await listed({ hosts: ['web[1-200]'], pick: 20 }),
    ];
    for (const picked of [one, other])
      assert.deepEqual(picked, all.filter((host) => picked.includes(host)).slice(0, 20));
    assert.notDeepEqual(one, other);
    assert.deepEqual(await listed({ hosts: ['a,b'], pick: 3 }), ['a', 'b']);
  });

  it('of 60,000 hosts is read and folded within seconds', async () => {
    const hosts = await listed({
      hosts: [(await expanded('web[1-60000]')).join(',')],
      exclude: ['web[2-59999]'],
    });
    assert.deepEqual(hosts, ['web1', 'web60000']);
    assert.equal(foldHosts(await expanded('r[1-60]n[001-999]')), 'r[1-60]n[001-999]');
  });

  it('is not endless', () =>
    assert.rejects(listed({ hosts: ['a[1-999999999]'] }), /^HostsError|more than 65536 hosts/));

  it('is read from a file whichever editor wrote it (D4)', async (t) => {
    const file = join(temporaryFolder(t), 'hosts');
    writeFileSync(file, '\ufeffa\r\n# none\r\nweb[1-2] # some\r\n');
    const lists = { hosts: [], hostsFile: file };
    assert.deepEqual(await listed(lists), ['a', 'web1', 'web2']);
    writeFileSync(file, '\ufeffa\r\n', 'utf16le');
    await assert.rejects(listed(lists), /hosts: is encoded in UTF-16; save it as UTF-8$/);
  });

  it('is not empty', () => assert.rejects(listed({ hosts: [','] }), /the list of hosts is empty/));

  for (const [names, folded] of FOLDED)
    it(`is as short as ${folded} where it is shown`, () => assert.equal(foldHosts(names), folded));

  it('is what it was when it is shown short and read again', (t) => {
    const name = fc.tuple(
      fc.constantFrom('web', 'db-', 'r1-n', 'r2-n', '2001:db8::', '[::1]:'),
      fc.integer({ min: 1, max: 120 }),
      fc.boolean(),
      fc.constantFrom('', '.example.org'),
    );
    const spelled = name.map(
      ([head, number, padded, tail]) =>
        `${head}${padded ? String(number).padStart(4, '0') : number}${head.includes(':') ? '' : tail}`,
    );
    return holds(
      t,
      fc.asyncProperty(fc.uniqueArray(spelled, { minLength: 1 }), async (names) =>
        assert.deepEqual((await expanded(foldHosts(names))).sort(), [...names].sort()),
      ),
    );
  });
});
