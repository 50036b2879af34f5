import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refusedOnWindows } from '../../../lib/login/windows/lists.ts';
import { namesOf } from '../../../lib/login/windows/names.ts';
import { refusalOf } from '../../../lib/login/windows/refusals.ts';

const MACHINE = 'VM';
const LOCAL_ONLY = { domainUsers: false, domain: 'user' };

/** What a user is looked up by: names of this machine, then a bar, then those of a domain. */
function lookedFor(user: string, options = LOCAL_ONLY): string {
  const names = namesOf(user, MACHINE, options);
  const of = (local: boolean) => names.filter((each) => each.local === local).map(({ name }) => name);
  return `${of(true).join()}|${of(false).join()}`;
}

describe('the account of a user on Windows', () => {
  it('is one of this machine, however the machine is named', () => {
    for (const user of ['ada', '.\\ada', 'VM\\ada', 'vm\\ada'])
      assert.equal(lookedFor(user).toUpperCase(), 'VM\\ADA|', user);
  });

  it('[domain users] is none if another domain is named, unless domain users may log in', () => {
    assert.equal(lookedFor('CORP\\ada'), '|');
    assert.equal(lookedFor('ada@corp.example'), '|');
    const domainUsers = { domainUsers: true, domain: 'user' };
    assert.equal(lookedFor('CORP\\ada', domainUsers), '|CORP\\ada');
    assert.equal(lookedFor('ada@corp.example', domainUsers), '|ada@corp.example');
  });

  it('[domain users] is that of the domain only after that of this machine', () => {
    assert.equal(lookedFor('ada', { domainUsers: true, domain: 'user' }), 'VM\\ada|ada');
    assert.equal(lookedFor('ada', { domainUsers: true, domain: 'CORP\\user' }), 'VM\\ada|CORP\\ada,ada');
    assert.equal(lookedFor('.\\ada', { domainUsers: true, domain: 'CORP\\user' }), 'VM\\ada|');
  });

  it('is none for a name that is not text, or names two domains', () => {
    for (const user of ['\udcff', 'a\\b\\c', 'a\\b@c', '', '\\ada']) assert.equal(lookedFor(user), '|', user);
  });
});

describe('an error of LogonUser', () => {
  for (const [error, words] of Object.entries({
    1326: 'wrong password (error 1326)',
    1330: 'the password has expired (error 1330)',
    1331: 'the account is disabled (error 1331)',
    1385: 'the account does not have the right "Access this computer from the network" (error 1385)',
    1793: 'the account has expired (error 1793)',
    1909: 'Windows has locked the account (error 1909)',
  }))
    it(`${error} refuses the login, and says why to the log`, () =>
      assert.equal(refusalOf(Number(error)), words));

  it('that says nothing about the user is no refusal, which would count for a lockout', () => {
    assert.throws(
      () => refusalOf(1311),
      /cannot check the login: no domain controller answers \(error 1311\)$/,
    );
    assert.throws(() => refusalOf(5), /cannot check the login: unknown cause \(error 5\)$/);
  });
});

describe('an account that Windows has logged on', () => {
  const sid = 'S-1-5-21-1-2-3-1001';
  const account = { name: 'Ada', domain: 'vm', sid };
  const groups = [
    { sid: 'S-1-5-32-544', name: 'BUILTIN\\Administrators' },
    { sid: 'S-1-5-21-1-2-3-1005', name: 'VM\\devs' },
    { sid: 'S-1-5-21-9-9-9-1106', name: 'CORP\\staff' },
    { sid: 'S-1-5-5-0-77', name: 'S-1-5-5-0-77' },
  ];
  const NONE = { allowUsers: [], denyUsers: [], allowGroups: [], denyGroups: [] };
  const refused = (lists: Partial<Record<keyof typeof NONE, string[]>>, more: object = {}) =>
    refusedOnWindows({ ...NONE, ...lists }, MACHINE, { ...account, ...more }, { sid, groups });

  it('may log in if no list says otherwise', () => assert.equal(refused({}), undefined));

  it('is named as Windows tells names apart: without their case', () => {
    assert.equal(refused({ denyUsers: ['ADA'] }), 'the user is in accounts.denyUsers');
    assert.equal(refused({ allowUsers: ['aDa'] }), undefined);
    assert.match(refused({ allowUsers: ['grace'] })!, /neither in accounts.allowUsers/);
  });

  it('is another one than that of a domain, which has the domain in its name', () => {
    const more = { domain: 'CORP' };
    assert.equal(refused({ allowUsers: ['corp\\ada'] }, more), undefined);
    assert.match(refused({ allowUsers: ['ada'] }, more)!, /neither in accounts.allowUsers/);
  });

  it('is denied however the list spells it', () => {
    for (const user of ['VM\\ada', '.\\Ada', sid, sid.toLowerCase()])
      assert.equal(refused({ denyUsers: [user] }), 'the user is in accounts.denyUsers', user);
    for (const user of ['.\\ada', 'VM\\ada', 'ada'])
      assert.equal(refused({ denyUsers: [user] }, { domain: 'CORP' }), undefined, user);
  });

  it('is in a group of every Windows in any language, and as whoami prints it', () => {
    const german = [{ sid: 'S-1-5-32-544', name: 'VORDEFINIERT\\Administratoren' }];
    for (const group of ['Administratoren', 'vordefiniert\\administratoren', 'S-1-5-32-544']) {
      const lists = { ...NONE, denyGroups: [group] };
      const cause = refusedOnWindows(lists, MACHINE, account, { sid, groups: german });
      assert.match(cause ?? 'let in', /is in accounts.denyGroups$/, group);
    }
    for (const group of ['BUILTIN\\Administrators', 'vm\\devs'])
      assert.match(refused({ denyGroups: [group] }) ?? 'let in', /is in accounts.denyGroups$/, group);
  });

  it('is in groups by their names, bare if every Windows or this machine has them, and by their SIDs', () => {
    for (const group of ['administrators', 'Devs', 'corp\\Staff', 's-1-5-21-9-9-9-1106']) {
      assert.match(refused({ denyGroups: [group] })!, /^group .* is in accounts.denyGroups$/, group);
      assert.equal(refused({ allowGroups: [group] }), undefined, group);
    }
    for (const group of ['staff', 'OTHER\\devs'])
      assert.match(refused({ allowGroups: [group] })!, /nor in a group of accounts.allowGroups/, group);
  });

  it('is refused if a group of a domain has no name, and may be a denied one', () => {
    const unknown = [{ sid: 'S-1-5-21-9-9-9-1107', name: 'S-1-5-21-9-9-9-1107' }];
    const answer = (denyGroups: string[]) =>
      refusedOnWindows({ ...NONE, denyGroups }, MACHINE, account, { sid, groups: unknown });
    assert.match(answer(['CORP\\blocked'])!, /^group S-1-5-21-9-9-9-1107 has no name now/);
    assert.equal(answer([]), undefined);
  });

  it('is refused if it is another one than was looked for', () =>
    assert.match(
      refused({}, { sid: 'S-1-5-21-1-2-3-500' })!,
      /^Windows logged on S-1-5-21-1-2-3-1001 instead of/,
    ));
});
