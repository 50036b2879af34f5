import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { Secret } from '../../../lib/base/index.ts';
import {
  type Account,
  findAccount,
  findGroupName,
  groupsOf,
  PamError,
  PamTransaction,
  processLimits,
} from '../../../lib/native/index.ts';
import { BOUNDED } from '../../support/daemon/daemon.ts';
import { Machine, noMachine } from '../../support/machine/machine.ts';

const MODULE = new URL('../../../lib/native/index.ts', import.meta.url).href;
const BASE = new URL('../../../lib/base/index.ts', import.meta.url).href;

/** What a program says, without its last newline. */
const said = (file: string, ...words: string[]): string =>
  execFileSync(file, words, { encoding: 'utf8' }).replace(/\n$/, '');

/** A node program's words: it prints what the body returns as JSON. */
const nodeWords = (body: string): string[] => [
  ...[process.execPath, '--input-type=module', '-e'],
  `import * as native from '${MODULE}'; import { Secret } from '${BASE}'; console.log(JSON.stringify(await (async () => { ${body} })()));`,
];
const inChild = (body: string, ...before: string[]): unknown => {
  const [file = '', ...words] = [...before, ...nodeWords(body)];
  return JSON.parse(said(file, ...words));
};

function accountOf(line: string): Account {
  const [name = '', , uid, gid, , home = '', shell = ''] = line.split(':');
  return { name, uid: Number(uid), gid: Number(gid), home, shell };
}

const everybody = said('getent', 'passwd').split('\n').map(accountOf);
const everyGroup = said('getent', 'group')
  .split('\n')
  .map((line) => line.split(':'));

const UNKNOWN = {
  'no account': 'no-such-user-here',
  'an empty name': '',
  'a blank after it': 'root ',
  'a newline after it': 'root\n',
  'a newline and more': 'root\nroot',
  'a colon': 'root:x',
  'a NUL and more': 'root\0x',
  'a NUL before it': '\0root',
  'a number that is a uid': '0',
  'other letters': 'ROOT',
  'NIS syntax': '+',
  'letters beyond ASCII': 'ädä',
  'half a surrogate pair': '\ud800',
  'a megabyte': 'a'.repeat(2 ** 20),
} as const;

describe('accounts, as the system knows them', BOUNDED, () => {
  it(`are those of getent, and have the groups of id`, async () => {
    assert.ok(everybody.length > 5);
    for (const account of everybody) {
      const found = await findAccount(account.name);
      assert.deepEqual(found, account);
      const groups = await groupsOf(found);
      assert.equal(groups[0], account.gid);
      const known = said('id', '-G', '--', account.name).split(' ').map(Number);
      assert.deepEqual(new Set(groups), new Set(known), account.name);
    }
  });

  it('have groups with the names of getent', async () => {
    for (const [name, , gid] of everyGroup) {
      const first = everyGroup.find((each) => each[2] === gid);
      assert.equal(await findGroupName(Number(gid)), first?.[0], name);
    }
  });

  for (const [what, name] of Object.entries(UNKNOWN))
    it(`are not found by ${what}`, async () => {
      const found = await findAccount(name).catch((error: Error) => error);
      assert.ok(found === undefined || found instanceof Error, JSON.stringify(found));
    });

  for (const gid of [4_000_000_000, 2 ** 32 - 1])
    it(`have no group ${gid}`, async () => assert.equal(await findGroupName(gid), undefined));

  it('have their primary group, where no source knows them', async () => {
    const stranger = { name: 'no-such-user-here', uid: 1, gid: 54321, home: '/', shell: '' };
    assert.deepEqual(await groupsOf(stranger), [54321]);
  });

  it('are told apart in 1000 calls at once', async () => {
    const asked = Array.from({ length: 1000 }, (_, index) => everybody[index % everybody.length]!);
    const found = await Promise.allSettled(asked.map(({ name }) => findAccount(name)));
    assert.deepEqual(found.filter(({ status }) => status === 'rejected').slice(0, 1), []);
    assert.deepEqual(
      found.map((each) => each.status === 'fulfilled' && each.value),
      asked,
    );
  });
});

describe('a large account', { ...BOUNDED, skip: noMachine }, () => {
  const gids = Array.from({ length: 300 }, (_, index) => 70_000 + index);
  let machine: Machine;
  before(async () => {
    machine = await Machine.make();
    machine.run(
      'tee',
      ['-a', '/etc/passwd'],
      `large:x:54321:54322:${'x'.repeat(20_000)}:/srv/large:/bin/sh\n`,
    );
    machine.run('tee', ['-a', '/etc/group'], gids.map((gid) => `spec${gid}:x:${gid}:large\n`).join(''));
  });
  after(() => machine.end());
  const ask = (body: string): unknown => {
    const [file = '', ...words] = nodeWords(body);
    return JSON.parse(machine.run(file, words));
  };

  it('is found with every byte of a long entry, and with hundreds of groups', () => {
    const large = { name: 'large', uid: 54321, gid: 54322, home: '/srv/large', shell: '/bin/sh' };
    const found = ask(`const account = await native.findAccount('large');
      return [account, await native.groupsOf(account)];`);
    assert.deepEqual(found, [large, [54322, ...gids]]);
  });

  it('has all their names, asked for at once as for a login', () => {
    const found = ask(`return Promise.all(${JSON.stringify(gids)}.map(native.findGroupName))`);
    const names = gids.map((gid) => `spec${gid}`);
    assert.deepEqual(found, names);
  });
});

describe('the limits of a process', BOUNDED, () => {
  /** Limits of the system's own prlimit(1), which is asked about this process. */
  function ownLimits(): Record<string, string> {
    const columns = ['--noheadings', '--raw', '--output=RESOURCE,SOFT,HARD', `--pid=${process.pid}`];
    const lines = said('prlimit', ...columns).split('\n');
    return Object.fromEntries(
      lines
        .map((line) => line.split(' '))
        .map(([name = '', ...both]) => [name.toLowerCase(), both.join(':')]),
    );
  }

  it('are the limits of prlimit(1), spelled as it takes them', () => {
    const limits = processLimits();
    assert.deepEqual(limits, ownLimits());
    const options = Object.entries(limits).map(([name, limit]) => `--${name}=${limit}`);
    assert.equal(options.length, 16);
    assert.equal(said('prlimit', ...options, '--', 'echo', 'taken'), 'taken');
  });

  it('are set, and the others stay', () => {
    const [before, after] = inChild(
      `const before = native.processLimits();
       native.setProcessLimits({ nofile: '50:200', cpu: '66:99', fsize: '5000:unlimited' });
       return [before, native.processLimits()];`,
      ...LOW,
    ) as [Record<string, string>, Record<string, string>];
    assert.deepEqual(after, { ...before, nofile: '50:200', cpu: '66:99', fsize: '5000:unlimited' });
  });

  it('are not raised without the right to, and the error names the limit', () => {
    const cause = inChild(
      `try { native.setProcessLimits({ nofile: '100:201' }); } catch ({ message }) { return message; }`,
      ...(process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-sys_resource', '--'] : []),
      ...LOW,
    );
    assert.equal(cause, 'limit nofile cannot be set to 100:201');
  });
});

const LOW = ['prlimit', '--nofile=200:200', '--core=0:0', '--cpu=77:99', '--'];

describe('a PAM transaction', BOUNDED, () => {
  for (const service of ['no-such-service-here', 'a'.repeat(5000), ''])
    it(`lets nobody in by service ${JSON.stringify(service.slice(0, 30))}, and tells no secret`, async () => {
      const peer = { service, user: 'no-such-user-here', address: '192.0.2.7' };
      const attempt = async (): Promise<void> => {
        const pam = await PamTransaction.start(peer, new Secret(Buffer.from('s3cret')));
        await pam.authenticate().finally(() => pam.end());
      };
      await assert.rejects(attempt(), (error) => {
        assert.ok(error instanceof PamError);
        assert.equal(error.code, 'REXEC_PAM_REFUSED');
        assert.match(error.message, /^(pam_start|authentication): .*\d/);
        assert.doesNotMatch(error.message, /s3cret/);
        return true;
      });
    });

  for (const threads of [4, 256]) // as many as the setting loginThreads allows
    it(`is one of 500 at once, with ${threads} threads`, () => {
      const attempt = `async (_, index) => {
        const peer = { service: 'other', user: 'no-such-user-' + index, address: '192.0.2.7' };
        const pam = await native.PamTransaction.start(peer, new Secret(Buffer.from('s3cret' + index)));
        return pam.authenticate().catch(({ code }) => code).finally(() => pam.end());
      }`;
      const all = `return Promise.all(Array.from({ length: 500 }, ${attempt}))`;
      const refused = inChild(all, 'env', `UV_THREADPOOL_SIZE=${threads}`);
      assert.deepEqual(refused, Array(500).fill('REXEC_PAM_REFUSED'));
    });
});
