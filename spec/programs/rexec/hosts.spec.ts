import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  expandHosts,
  foldHosts,
  HostsError,
  listHosts,
  parseTarget,
} from '../../../lib/cli/programs/rexec/hosts.ts';
import { temporaryFolder } from '../../support/program.ts';
import { holds } from '../../vectors/generated.ts';

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
  ['[::1]:512,[2001:db8::1]', ['[::1]:512', '[2001:db8::1]']],
  ['', []],
] as const;

const FOLDED = [
  [['web1'], 'web1'],
  [['web1', 'web2', 'web3', 'web7'], 'web[1-3,7]'],
  [['web08', 'web09', 'web10'], 'web[08-10]'],
  [['web9', 'web10'], 'web[9-10]'],
  [['a1.example.org', 'a2.example.org', 'b'], 'a[1-2].example.org,b'],
  [['::1', '::2'], '::1,::2'],
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
    it(`${JSON.stringify(list)} is ${hosts.join(' ') || 'none'}`, () =>
      assert.deepEqual([...expandHosts(list)], hosts));

  for (const list of ['web[3-1]', 'web[1-]', 'web[-1]', 'web[1,,2]', 'web[1--2]'])
    it(`may not be ${list}, which is named`, () =>
      assert.throws(
        () => [...expandHosts(list)],
        (error) => error instanceof HostsError && error.message.startsWith(`${list}: `),
      ));

  it('has each host once, in its order', async () => {
    const targets = await listHosts(['web[2-3],a', 'web[1-3]'], undefined);
    assert.deepEqual(
      targets.map(({ name }) => name),
      ['web2', 'web3', 'a', 'web1'],
    );
  });

  it('is not endless', () =>
    assert.rejects(listHosts(['a[1-999999999]'], undefined), /^HostsError|more than 65536 hosts/));

  it('is read from a file whichever editor wrote it (D4)', async (t) => {
    const file = join(temporaryFolder(t), 'hosts');
    writeFileSync(file, '\ufeffa\r\n# none\r\nweb[1-2] # some\r\n');
    const targets = await listHosts([], file);
    assert.deepEqual(
      targets.map(({ host }) => host),
      ['a', 'web1', 'web2'],
    );
    writeFileSync(file, '\ufeffa\r\n', 'utf16le');
    await assert.rejects(listHosts([], file), /hosts: is encoded in UTF-16; save it as UTF-8$/);
  });

  it('is not empty', () => assert.rejects(listHosts([','], undefined), /the list of hosts is empty/));

  for (const [names, folded] of FOLDED)
    it(`is as short as ${folded} where it is shown`, () => assert.equal(foldHosts(names), folded));

  it('is what it was when it is shown short and read again', (t) => {
    const name = fc.tuple(
      fc.constantFrom('web', 'db-'),
      fc.integer({ min: 0, max: 120 }),
      fc.boolean(),
      fc.constantFrom('', '.example.org'),
    );
    const spelled = name.map(
      ([head, number, padded, tail]) => `${head}${padded ? String(number).padStart(4, '0') : number}${tail}`,
    );
    return holds(
      t,
      fc.asyncProperty(fc.uniqueArray(spelled, { minLength: 1 }), async (names) =>
        assert.deepEqual([...expandHosts(foldHosts(names))].sort(), [...names].sort()),
      ),
    );
  });
});
