import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { BOUNDED } from '../../support/daemon/daemon.ts';
import { DIRECTORY_SERVICE, Directory, LOCAL_ONLY, noDirectory } from '../../support/directory.ts';
import { Machine, type RunningDaemon } from '../../support/machine/machine.ts';

const REFUSED = '\x01Login incorrect.\n';
const NOBODY = /^(authentication: .*|there is no such account|domain user .* as a local user)$/;
const STAFF = 20_100;
const PRINTERS = 20_101;
const LOCAL_PASSWORD = 's3cret';

const [PLAIN, AFTER, BEFORE] = ['user', 'user@example.org', 'EXAMPLE\\user'] as const;
const FORMS = [PLAIN, AFTER, BEFORE] as const;
type Form = (typeof FORMS)[number];

const home = (uid: number) => `/srv/home/${uid}`;
const person = (uid: number, password: string, ...names: string[]) => ({
  names,
  uid,
  gid: STAFF,
  password,
  home: home(uid),
});

const PEOPLE = [
  person(20_001, 'wonder', 'alice', 'alicia'),
  person(20_002, 'b0b', 'bob@example.org'),
  person(20_003, 'c4rol', 'EXAMPLE\\carol'),
  person(20_004, 'long', 'dora@example.org'),
  person(20_005, 'short', 'dora'),
  person(20_006, 'other', 'ada', 'countess'), // there is a local ada
  person(0, 'zero', 'toor'),
  { ...person(20_008, 'closed', 'ivan'), shell: '/usr/sbin/nologin' },
  { ...person(20_009, 'gone', 'judy'), expires: 1 },
  person(20_010, 'inner', 'heidi', LOCAL_ONLY),
];
const GROUPS = [
  { name: 'staff-of-directory', gid: STAFF },
  { name: 'printers', gid: PRINTERS, members: ['alice', 'ada'] },
];

/** Who a name and password are, and where: with any other form of --domain they are nobody. */
const SPELLINGS: readonly (readonly [name: string, password: string, uid: number, forms: readonly Form[]])[] =
  [
    ['alice', 'wonder', 20_001, FORMS],
    ['alice@example.org', 'wonder', 20_001, [AFTER]],
    ['alice@EXAMPLE.Org', 'wonder', 20_001, [AFTER]],
    ['example.org\\alice', 'wonder', 20_001, [AFTER]],
    ['EXAMPLE\\alice', 'wonder', 20_001, [BEFORE]],
    ['example\\alice', 'wonder', 20_001, [BEFORE]],
    ['alice@EXAMPLE', 'wonder', 20_001, [BEFORE]],
    ['alice@example.com', 'wonder', 20_001, []],
    ['OTHER\\alice', 'wonder', 20_001, []],
    ['EXAMPLE\\alice@example.org', 'wonder', 20_001, []],
    ['alice@', 'wonder', 20_001, []],
    ['\\alice', 'wonder', 20_001, []],
    ['Alice', 'wonder', 20_001, FORMS], // nslcd is told to ignore case
    ['alicia', 'wonder', 20_001, FORMS], // her other name
    ['bob@example.org', 'b0b', 20_002, FORMS],
    ['bob', 'b0b', 20_002, [AFTER]],
    ['example.org\\bob', 'b0b', 20_002, [AFTER]],
    ['EXAMPLE\\carol', 'c4rol', 20_003, FORMS],
    ['carol', 'c4rol', 20_003, [BEFORE]],
    ['carol@example', 'c4rol', 20_003, [BEFORE]],
    ['dora', 'long', 20_004, [AFTER]], // the full name comes first
    ['dora', 'short', 20_005, [PLAIN, BEFORE]],
  ];

describe('a user of a directory', { ...BOUNDED, skip: noDirectory }, () => {
  let machine: Machine;
  let directory: Directory;
  let byDefault: RunningDaemon;
  let daemon: RunningDaemon; // that lets domain users in
  let choosy: RunningDaemon;
  const daemons = {} as Record<Form, RunningDaemon>;

  const start = (...flags: string[]) => startWith(DIRECTORY_SERVICE, ...flags);
  const startWith = (service: string, ...flags: string[]) =>
    machine.rexecd({ service, flags: ['--refusal-seconds', '0.05', '--lockout-failures', '0', ...flags] });

  before(async () => {
    machine = await Machine.make();
    for (const user of ['ada', LOCAL_ONLY]) machine.addUser(user, LOCAL_PASSWORD);
    directory = await Directory.make(machine, PEOPLE, GROUPS);
    const homes = PEOPLE.map(({ uid, gid }) => `install -d -m 700 -o ${uid} -g ${gid} ${home(uid)}`);
    machine.shell([...homes, 'echo paper > /srv/tray', 'chmod 640 /srv/tray'].join('\n'));
    machine.shell(`chgrp ${PRINTERS} /srv/tray`);
    const forms = FORMS.map(async (form) => {
      daemons[form] = await start('--domain-users', 'true', '--domain', form);
    });
    const denying = start('--domain-users', 'true', '--domain', AFTER, '--deny-users', 'alice');
    [byDefault, choosy] = await Promise.all([start(), denying, ...forms]);
    daemon = daemons[PLAIN];
  });
  after(async () => {
    await directory?.end();
    await machine?.end();
  });

  const assertIs = async (t: TestContext, on: RunningDaemon, uid: number, name: string, password: string) =>
    assert.equal(await on.answer(t, name, password, 'id -u; pwd'), `\0${uid}\n${home(uid)}\n`, name);

  const assertAlice = (t: TestContext, on: RunningDaemon) => assertIs(t, on, 20_001, 'alice', 'wonder');

  /** nslcd tries a lost server again once a second. */
  async function assertComesBack(t: TestContext, on: RunningDaemon): Promise<void> {
    const end = performance.now() + 10_000;
    while ((await on.answer(t, 'alice', 'wonder', 'id')) === REFUSED) assert.ok(performance.now() < end);
  }

  for (const { names, password } of PEOPLE.slice(0, 3))
    it(`[step 6] is refused by default with the right password: ${names[0]}`, async (t) =>
      assert.equal(await byDefault.refusal(t, names[0]!, password), 'there is no such account'));

  it('[step 6] runs a command as what the directory says', async (t) => {
    const groups = 'staff-of-directory printers';
    const ids = `groups=${STAFF}(staff-of-directory),${PRINTERS}(printers)`;
    assert.equal(
      await daemon.answer(t, 'alice', 'wonder', 'id; id -Gn; pwd; echo "$HOME $USER $LOGNAME $SHELL"'),
      `\0uid=20001(alice) gid=${STAFF}(staff-of-directory) ${ids}\n${groups}\n/srv/home/20001\n/srv/home/20001 alice alice /bin/sh\n`,
    );
  });

  for (const [name, password, uid, forms] of SPELLINGS)
    for (const form of FORMS)
      if (forms.includes(form))
        it(`[step 6] is ${uid} as ${name} (${password}) where --domain is ${form}`, (t) =>
          assertIs(t, daemons[form], uid, name, password));
      else
        it(`[step 6] is refused as ${name} (${password}) where --domain is ${form}`, async (t) =>
          assert.match(await daemons[form].refusal(t, name, password), NOBODY));

  for (const [what, user, password, cause] of [
    ['a wrong password', 'alice', 'wonde', /^authentication: /],
    ['an empty password, which LDAP takes for no login', 'alice', '', /^authentication: /],
    ['uid 0', 'toor', 'zero', /uid \(0\)/],
    [
      'a shell that does not permit logins',
      'ivan',
      'closed',
      /^shell \/usr\/sbin\/nologin does not permit logins \(setting accounts.shells\)$/,
    ],
    ['an account that has expired', 'judy', 'gone', /^account: .*expired/],
  ] as const)
    it(`[step 6] is refused with ${what}`, async (t) =>
      assert.match(await daemon.refusal(t, user, password), cause));

  it('[step 6] uses groups that only the directory knows', async (t) => {
    assert.equal(await daemon.answer(t, 'alice', 'wonder', 'cat /srv/tray'), '\0paper\n');
    const denied = '\0cat: /srv/tray: Permission denied\n';
    assert.equal(await daemon.answer(t, 'dora', 'short', 'cat /srv/tray 2>&1'), denied);
  });

  it('[step 6] is let in by a group that only the directory knows', async (t) => {
    const printing = await start('--domain-users', 'true', '--allow-groups', 'printers');
    await assertAlice(t, printing);
    assert.match(await printing.refusal(t, 'dora', 'short'), /^the user is neither in accounts.allowUsers/);
  });

  for (const name of ['ALICE', 'alicia', 'ALICE@EXAMPLE.ORG'])
    it(`[step 6] is alice to every rule and to her command as ${name}`, async (t) => {
      assert.equal(await daemons[AFTER].answer(t, name, 'wonder', 'echo $USER $LOGNAME'), '\0alice alice\n');
      assert.equal(await choosy.refusal(t, name, 'wonder'), 'the user is in accounts.denyUsers');
    });

  it('[step 6] leaves a local user all the local files say, and adds its groups', async (t) => {
    for (const each of [byDefault, ...Object.values(daemons)]) {
      const answer = await each.answer(t, 'ada', LOCAL_PASSWORD, 'echo $(id -un; id -Gn; pwd)');
      assert.equal(answer, '\0ada ada printers /srv/home/ada\n');
    }
  });

  for (const name of ['ada', 'Ada', 'ada@example.org', 'EXAMPLE\\ada', 'example.org\\ada', 'ada@example'])
    it(`[step 6] does not become a local user as ${name}`, async (t) => {
      const passwords = name === 'ada' ? ['other'] : ['other', LOCAL_PASSWORD];
      for (const each of [byDefault, ...Object.values(daemons)])
        for (const password of passwords) assert.match(await each.refusal(t, name, password), NOBODY);
    });

  it('[step 6] does not become a local user by another name of the entry', async (t) => {
    for (const each of Object.values(daemons)) await each.refusal(t, 'countess', 'other');
  });

  it('[step 6] is refused where PAM makes one of a local user', async (t) => {
    const careless = DIRECTORY_SERVICE.replaceAll(/.* pam_localuser.so\n/g, ''); // asks about local users, too
    for (const domainUsers of ['false', 'true'])
      await (await startWith(careless, '--domain-users', domainUsers)).refusal(t, LOCAL_ONLY, 'inner');
  });

  it('[step 6] is refused while the server is down, and comes back with it', async (t) => {
    await directory.stopServer();
    assert.match(await daemon.refusal(t, 'alice', 'wonder'), /^authentication: /);
    assert.equal(await daemon.answer(t, 'ada', LOCAL_PASSWORD, 'id -un'), '\0ada\n');
    await directory.startServer();
    await assertComesBack(t, daemon);
  });

  it('[step 6] is refused in time while the server hangs, which holds no other user up', async (t) => {
    const waiting = await start('--domain-users', 'true', '--login-seconds', '3');
    await assertAlice(t, waiting);
    directory.freezeServer();
    t.after(() => directory.thawServer());
    let over = false;
    const refusal = waiting.refusal(t, 'alice', 'wonder').finally(() => {
      over = true;
    });
    assert.equal(await waiting.answer(t, LOCAL_ONLY, LOCAL_PASSWORD, 'id -un'), `\0${LOCAL_ONLY}\n`);
    assert.equal(over, false);
    assert.equal(await refusal, 'no answer from the login helper within 3 s (login.seconds)');
    directory.thawServer();
    await assertComesBack(t, waiting);
  });

  it('[step 6] is refused without nslcd, where a local user is not', async (t) => {
    await directory.stopClient();
    assert.match(await daemon.refusal(t, 'alice', 'wonder'), /^authentication: /);
    assert.equal(await daemon.answer(t, 'ada', LOCAL_PASSWORD, 'id -un'), '\0ada\n');
    await directory.startClient();
    await assertAlice(t, daemon);
  });
});
