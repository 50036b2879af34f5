import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { BOUNDED, PASSWORD } from '../../support/daemon/daemon.ts';
import { Machine, noMachine, QUICK, type RunningDaemon } from '../../support/machine/machine.ts';

const REFUSED = '\x01Login incorrect.\n';
const UNIX = 'auth required pam_unix.so\naccount required pam_unix.so';

/** Accounts that may not log in though the password is right: how they get so, and what the log says of them. */
const OUT_OF_USE = {
  'is locked by usermod -L': ['usermod -L', /^authentication: /],
  'is locked by passwd -l': ['passwd -l', /^authentication: /],
  'is locked after it got no password': ['usermod -p !', /^authentication: /],
  'has expired': ['chage -E 0', /^account: .*expired/],
  'must get a new password first': ['chage -d 0', /^account: .*new one required/],
  'has a password of before its maximum age': ['chage -d 2020-01-01 -M 30', /^account: .*new one required/],
  'has a password that expired for good': ['chage -d 2020-01-01 -M 30 -I 10', /^account: .*expired/],
} as const;
const STATES = Object.entries(OUT_OF_USE).map(([what, [command, cause]], index) => ({
  what,
  command,
  cause,
  user: `state${index}`,
}));

describe('an account of the machine', { ...BOUNDED, skip: noMachine }, () => {
  let machine: Machine;
  let daemon: RunningDaemon; // by the common files of the distribution
  let unix: RunningDaemon; // by pam_unix alone

  before(async () => {
    machine = await Machine.make();
    machine.addUser('ada', PASSWORD, '--groups', 'audio,video');
    machine.addQuickUser('bob', `${PASSWORD} of bob`);
    for (const { user, command } of STATES) {
      machine.addQuickUser(user, PASSWORD);
      machine.shell(`${command} ${user}`);
    }
    [daemon, unix] = await Promise.all([
      machine.rexecd({ flags: QUICK }),
      machine.rexecd({ flags: QUICK, service: UNIX }),
    ]);
  });
  after(() => machine.end());

  it('[step 6] runs a command with its own password', async (t) => {
    assert.equal(await daemon.answer(t, 'ada', PASSWORD, 'id -un; pwd'), '\0ada\n/srv/home/ada\n');
    await daemon.seen(/REXECD-301 .*user="ada" localUser="ada"/);
  });

  for (const [what, password] of Object.entries({
    'another password': 'secret',
    'the beginning of its password': PASSWORD.slice(0, -1),
    'more than its password': `${PASSWORD}!`,
    'its password in other letters': PASSWORD.toUpperCase(),
    'the password of another user': `${PASSWORD} of bob`,
    'no password': '',
  }))
    it(`[step 6] is refused with ${what}`, async (t) => {
      const cause = await daemon.refusal(t, 'ada', password);
      assert.equal(cause, 'authentication: Authentication failure (7)');
    });

  it('[step 6] is refused after it was removed, and let in once it is there', async (t) => {
    machine.addQuickUser('eve', PASSWORD);
    assert.equal(await daemon.answer(t, 'eve', PASSWORD, 'id -un'), '\0eve\n');
    machine.run('userdel', ['--force', 'eve']); // a host of hers is still there
    assert.match(await unix.refusal(t, 'eve', PASSWORD), /User not known|there is no such account/);
  });

  it('[step 6] is let in with a new password at once, and no more with the old one', async (t) => {
    machine.addQuickUser('zoe', PASSWORD);
    assert.equal(await daemon.answer(t, 'zoe', PASSWORD, 'id -un'), '\0zoe\n');
    machine.setPassword('zoe', 'another');
    assert.equal(await daemon.answer(t, 'zoe', 'another', 'id -un'), '\0zoe\n');
    assert.match(await daemon.refusal(t, 'zoe', PASSWORD), /^authentication: /);
  });

  for (const { what, user, cause } of STATES) {
    it(`[step 6] is refused where it ${what}`, async (t) => {
      assert.match(await unix.refusal(t, user, PASSWORD), cause);
    });

    it(`[step 6] is refused by the distribution's own service, which tells the log why, where it ${what}`, async (t) => {
      assert.match(await daemon.refusal(t, user, PASSWORD), cause);
    });
  }

  it('[step 6] is refused with a wrong password before anybody learns that it has expired', async (t) => {
    for (const { user } of STATES) assert.match(await unix.refusal(t, user, 'wrong'), /^authentication: /);
  });

  it('[step 6] that nobody has is refused, and the log says so', async (t) => {
    assert.match(await daemon.refusal(t, 'nemo', PASSWORD), /there is no such account/);
    assert.match(await unix.refusal(t, 'nemo', ''), /User not known|there is no such account/);
  });

  it('[step 6] is not confused with another that logs in at the same time', async (t) => {
    const peers = Array.from({ length: 24 }, (_, index) => {
      const user = index % 2 ? 'ada' : 'bob';
      const right = index % 2 ? PASSWORD : `${PASSWORD} of bob`;
      const wrong = index % 2 ? `${PASSWORD} of bob` : PASSWORD;
      const mayCome = index % 3 !== 0;
      return { user, password: mayCome ? right : wrong, expected: mayCome ? `\0${user}\n` : REFUSED };
    });
    const answers = await Promise.all(
      peers.map(({ user, password }) => daemon.answer(t, user, password, 'id -un')),
    );
    assert.deepEqual(
      answers,
      peers.map(({ expected }) => expected),
    );
  });
});
