import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { BOUNDED, PASSWORD } from '../../support/daemon/daemon.ts';
import { Machine, noMachine, QUICK, type RunningDaemon } from '../../support/machine/machine.ts';

const ROOT_TOO = ['--allow-root', 'true', '--minimum-uid', '3000'];
const DENY = [
  ...['--minimum-uid', '3000', '--deny-users', 'bob,carl', '--deny-groups', 'video,games'],
  ...['--shells', 'listed'],
];
const ALLOW = [
  ...['--allow-users', 'edge,bob,closed,closed2', '--allow-groups', 'video,games', '--deny-users', 'bob'],
  ...['--shells', 'any', '--nologin', 'false'],
];

const ACCOUNTS = [
  ['low', '--uid', '2999'],
  ['edge', '--uid', '3000', '--shell', '/bin/bash'],
  ['ada', '--uid', '3001', '--groups', 'audio,video'],
  ['bob', '--uid', '3002'],
  ['member', '--uid', '3003', '--gid', 'games'],
  ['toor', '--uid', '0', '--non-unique'],
  ['unlisted', '--shell', '/usr/bin/env'],
  ['closed', '--shell', '/usr/sbin/nologin'],
  ['closed2', '--shell', '/bin/false'],
  ['shellless', '--shell', ''],
] as const;

describe('a right password', { ...BOUNDED, skip: noMachine }, () => {
  let machine: Machine;
  const daemons = new Map<string, Promise<RunningDaemon>>();

  /** The daemon with the flags. */
  const by = (...flags: readonly string[]): Promise<RunningDaemon> => {
    const key = flags.join(' ');
    const daemon = daemons.get(key) ?? machine.rexecd({ flags: [...QUICK, ...flags] });
    daemons.set(key, daemon);
    return daemon;
  };

  before(async () => {
    machine = await Machine.make();
    for (const [user, ...options] of ACCOUNTS) machine.addQuickUser(user, PASSWORD, ...options);
    machine.setPassword('root', PASSWORD);
    await Promise.all([[], ROOT_TOO, DENY, ALLOW].map((flags) => by(...flags)));
  });
  after(() => machine.end());

  for (const [user, shell] of [
    ['closed', '/usr/sbin/nologin'],
    ['closed2', '/bin/false'],
  ] as const)
    it(`[step 6] does not help an account with the shell ${shell}`, async (t) => {
      for (const flags of [[], DENY])
        assert.equal(
          await (await by(...flags)).refusal(t, user, PASSWORD),
          `shell ${shell} does not permit logins (setting accounts.shells)`,
        );
    });

  it('[step 6] runs any shell, nologin as well, where --shells any says so', async (t) => {
    const daemon = await by(...ALLOW);
    assert.match(await daemon.answer(t, 'closed', PASSWORD, 'echo ran'), /^\0This account is/);
    assert.equal(await daemon.answer(t, 'closed2', PASSWORD, 'echo ran'), '\0');
    await daemon.seen(/REXECD-403 .*status=1 /, 1);
  });

  it('[step 6] asks for a shell of /etc/shells where --shells listed says so', async (t) => {
    const daemon = await by(...DENY);
    const cause = await daemon.refusal(t, 'unlisted', PASSWORD);
    assert.equal(cause, 'shell /usr/bin/env is not in /etc/shells (setting accounts.shells)');
    assert.equal(await daemon.answer(t, 'edge', PASSWORD, 'id -un'), '\0edge\n');
    assert.equal(await daemon.answer(t, 'shellless', PASSWORD, 'id -un'), '\0shellless\n');
  });

  it('[step 6] asks for no such shell by default', async (t) => {
    const answer = await (await by()).answer(t, 'unlisted', PASSWORD, 'id -un');
    assert.match(answer, /^\0.*env: invalid option -- 'c'/); // it was run
  });

  it('[step 6] helps nobody but root while /etc/nologin is there', async (t) => {
    t.after(() => machine.run('rm', ['/etc/nologin']));
    machine.shell('echo "Back at noon." > /etc/nologin');
    const daemon = await by(...ROOT_TOO);
    assert.equal(await daemon.refusal(t, 'ada', PASSWORD), '/etc/nologin exists (setting accounts.nologin)');
    assert.match(await daemon.refusal(t, 'ada', 'wrong'), /^authentication: /);
    assert.equal(await daemon.answer(t, 'root', PASSWORD, 'id -un'), '\0root\n');
    assert.equal(
      await (await by()).refusal(t, 'edge', PASSWORD),
      '/etc/nologin exists (setting accounts.nologin)',
    );
    assert.equal(await (await by(...ALLOW)).answer(t, 'edge', PASSWORD, 'id -un'), '\0edge\n');
  });

  it('[step 6] helps again once /etc/nologin is gone', async (t) => {
    assert.equal(await (await by()).answer(t, 'edge', PASSWORD, 'id -un'), '\0edge\n');
  });

  for (const user of ['root', 'toor'])
    it(`[step 6] does not help ${user}, whose uid is 0`, async (t) => {
      const cause = await (await by()).refusal(t, user, PASSWORD);
      assert.equal(cause, 'uid 0 may not log in (setting accounts.allowRoot)');
      assert.match(await (await by()).refusal(t, user, 'wrong'), /^authentication: /);
    });

  for (const user of ['root', 'toor'])
    it(`[step 6] lets in ${user} as itself where --allow-root true says so`, async (t) => {
      const daemon = await by(...ROOT_TOO);
      const command = 'id -u; echo "$HOME $USER"; pwd; id -gn; id -Gn; echo "$PATH" | grep -c /usr/sbin';
      const home = user === 'root' ? '/root' : '/srv/home/toor';
      const expected = `\x000\n${home} ${user}\n${home}\n${user}\n${user}\n1\n`;
      assert.equal(await daemon.answer(t, user, PASSWORD, command), expected);
      assert.match(await daemon.refusal(t, user, 'wrong'), /^authentication: /);
    });

  for (const [user, flags, cause] of [
    ['low', DENY, 'uid 2999 is below accounts.minimumUid 3000'],
    ['bob', DENY, 'the user is in accounts.denyUsers'],
    ['ada', DENY, 'group video is in accounts.denyGroups'],
    ['member', DENY, 'group games is in accounts.denyGroups'],
    ['bob', ALLOW, 'the user is in accounts.denyUsers'],
    ['low', ALLOW, 'the user is neither in accounts.allowUsers nor in a group of accounts.allowGroups'],
  ] as const)
    it(`[step 6] does not help ${user} where ${cause}`, async (t) => {
      assert.equal(await (await by(...flags)).refusal(t, user, PASSWORD), cause);
      assert.match(await (await by(...flags)).refusal(t, user, 'wrong'), /^authentication: /);
    });

  for (const [user, flags, why] of [
    ['edge', DENY, 'whose uid is the minimum'],
    ['edge', ALLOW, 'by name'],
    ['ada', ALLOW, 'by a supplementary group'],
    ['member', ALLOW, 'by the primary group'],
  ] as const)
    it(`[step 6] lets in ${user} ${why}`, async (t) => {
      assert.equal(await (await by(...flags)).answer(t, user, PASSWORD, 'id -un'), `\0${user}\n`);
    });
});
