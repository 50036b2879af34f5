import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { BOUNDED, PASSWORD } from '../../support/daemon/daemon.ts';
import { Machine, noMachine, QUICK, type RunningDaemon } from '../../support/machine/machine.ts';

/** What a peer sends for a text in UTF-8; peers' strings are latin1. */
const sent = (text: string): string => Buffer.from(text).toString('latin1');

/** No account has these names, whatever else they may mean to a program that reads them carelessly. */
const NAMES = {
  'no name': '',
  'its name after a space': ' ada',
  'its name and a space': 'ada ',
  'its name and a newline': 'ada\n',
  'its name after another line': 'x\nada',
  'a line of the password database': 'ada:x:4001:4001::/:/bin/sh',
  'a field of the password database': 'ada:x',
  'its name in a path': '../ada',
  'its name and a slash': 'ada/',
  'its name in other letters': 'Ada',
  'conversions of printf': '%s%s%n%n',
  'an option': '--help',
  'its name after a dash': '-ada',
  'its name after a plus, as NIS has it': '+ada',
  'a plus alone': '+',
  'its uid': '4001',
  'a hash, as of a uid': '#4001',
  'a command substitution': '$(id)',
  'a pattern': 'ad*',
  'letters that look like its name': '\u0430da',
  'its name and an invisible letter': 'ada\u200b',
  'its name at a domain': 'ada@localhost',
  'its name after a domain': 'DOMAIN\\ada',
  'its name, a tab and an escape': 'ada\t\x1b[2J',
  'a property of every object': '__proto__',
  '256 bytes': 'n'.repeat(256),
  '256 bytes of two each': '\u00e9'.repeat(128),
} as const;

/** Every byte a password can have, NUL being its end; a newline among them. */
const ALL_BYTES = Buffer.from(Array.from({ length: 256 }, (_, index) => index || 1)).toString('latin1');

const PASSWORDS = {
  '256 bytes, all there are': ALL_BYTES,
  'a newline': '\n',
  'a newline at its end': 'two lines\n',
  'spaces at both ends': '  spaces  ',
  'letters of UTF-8': sent('pässwörd'),
  'letters of latin1': 'p\xe4ssw\xf6rd',
  'a byte': '\x7f',
  'a colon and a dollar': '$6$rounds:5$',
} as const;

describe('an account that is named by', { ...BOUNDED, skip: noMachine }, () => {
  let machine: Machine;
  let daemon: RunningDaemon;
  const LONG = 'l'.repeat(256);

  /** As useradd would, but for the names that it does not make; latin1. */
  const addByHand = (name: string, uid: number): void => {
    const password = machine.hashOf(PASSWORD);
    const append = (file: string, line: string) =>
      machine.run('tee', ['-a', file], Buffer.from(`${line}\n`, 'latin1'));
    append('/etc/passwd', `${name}:x:${uid}:${uid}::/srv/home/ada:/bin/sh`);
    append('/etc/shadow', `${name}:${password}:19000:0:99999:7:::`);
  };

  before(async () => {
    machine = await Machine.make();
    machine.addQuickUser('ada', PASSWORD, '--uid', '4001');
    machine.addQuickUser('a'.repeat(32), PASSWORD);
    machine.addQuickUser('bob', PASSWORD);
    addByHand(sent('jörg'), 4102);
    addByHand(LONG, 4103);
    addByHand('gr\xfcn', 4104);
    addByHand('gr\xf9n', 4105);
    daemon = await machine.rexecd({ flags: QUICK });
  });
  after(() => machine.end());

  for (const [what, name] of Object.entries(NAMES))
    it(`[step 3] ${what} is not there, and takes one line in the log`, async (t) => {
      assert.match(await daemon.refusal(t, sent(name), PASSWORD), /^(authentication: |no account)/);
      assert.deepEqual(
        daemon.events.filter((line) => !/^[\d:T.-]+Z \w+ REXECD-\d+ [^\p{Cc}\p{Cf}]+$/u.test(line)),
        [],
      );
    });

  it('[step 3] 32 bytes logs in', async (t) => {
    const name = 'a'.repeat(32);
    assert.equal(await daemon.answer(t, name, PASSWORD, 'id -un; pwd'), `\0${name}\n/srv/home/${name}\n`);
  });

  it('[step 3] 256 bytes, the most there are, logs in', async (t) => {
    assert.equal(await daemon.answer(t, LONG, PASSWORD, 'id -un; echo "$USER"'), `\0${LONG}\n${LONG}\n`);
  });

  it('[step 3] letters of UTF-8 logs in', async (t) => {
    const name = sent('jörg');
    assert.equal(await daemon.answer(t, name, PASSWORD, 'id -u; echo "$USER"'), `\x004102\n${name}\n`);
  });

  it('[step 3] letters of another charset logs in where the setting says so', async (t) => {
    const latin1 = await machine.rexecd({ flags: [...QUICK, '--charset', 'iso-8859-1'] });
    const answer = await latin1.answer(t, 'j\xf6rg', PASSWORD, 'id -u; echo "$USER"');
    assert.equal(answer, `\x004102\n${sent('jörg')}\n`);
  });

  it('[step 3] bytes that are no text logs in, as the account whose name has the same', async (t) => {
    for (const [name, uid] of [
      ['gr\xfcn', 4104],
      ['gr\xf9n', 4105],
    ] as const)
      assert.equal(await daemon.answer(t, name, PASSWORD, 'id -u'), `\0${uid}\n`);
    for (const name of [sent('gr\ufffdn'), sent('grün'), 'gr\xfdn', 'gr\xfc'])
      assert.match(await daemon.refusal(t, name, PASSWORD), /^authentication: /);
  });

  it('[step 3] bytes that are no text is locked out by itself', async (t) => {
    const guarded = await machine.rexecd({ flags: ['--refusal-seconds', '0.02', '--lockout-failures', '1'] });
    await guarded.refusal(t, 'gr\xfcn', 'wrong');
    assert.match(await guarded.refusal(t, 'gr\xfcn', PASSWORD), /locked out/);
    assert.equal(await guarded.answer(t, 'gr\xf9n', PASSWORD, 'id -u'), '\x004105\n');
  });

  const setPassword = (password: string): void =>
    void machine.run('usermod', ['--password', machine.hashOf(password), 'bob']);

  for (const [what, password] of Object.entries(PASSWORDS))
    it(`[step 4] its name and a password of ${what} logs in, and with no other`, async (t) => {
      setPassword(password);
      assert.equal(await daemon.answer(t, 'bob', password, 'id -un'), '\0bob\n');
      for (const wrong of [password.slice(0, -1), password.slice(1), password.trim()])
        if (wrong !== password) assert.match(await daemon.refusal(t, 'bob', wrong), /^authentication: /);
    });

  it('[step 4] its name and 256 bytes of password is refused with any one byte changed', async (t) => {
    setPassword(ALL_BYTES);
    for (const at of [0, 9, 10, 71, 72, 127, 128, 254, 255]) {
      const bytes = Buffer.from(ALL_BYTES, 'latin1');
      bytes[at] = bytes[at] === 65 ? 66 : 65;
      assert.match(await daemon.refusal(t, 'bob', bytes.toString('latin1')), /^authentication: /);
    }
    assert.equal(await daemon.answer(t, 'bob', ALL_BYTES, 'id -un'), '\0bob\n');
  });
});
