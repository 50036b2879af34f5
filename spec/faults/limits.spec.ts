import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { inTime, SERVED_SECONDS } from './in-time.ts';
import { ATTACKED, type Plan, SharedDaemon } from './shared-daemon.ts';

/** A shared where pam_limits has these lines, and three wrong passwords lock out. */
const withLimits = (lines: string): Plan => ({
  service: 'auth required pam_unix.so\naccount required pam_unix.so\nsession required pam_limits.so',
  script: `printf '%s\\n' '${lines}' > /etc/security/limits.conf`,
  flags: ['--lockout-failures', '3'],
});

/** Limits of a user under which not every program can live. */
const NARROW: readonly (readonly [user: string, what: string, lines: string])[] = [
  ['ada', 'few descriptors', 'ada hard nofile 16'],
  ['eve', 'fewer descriptors than stdio takes', 'eve hard nofile 2'],
  ['fay', 'less memory than Node takes', 'fay hard as 100000\nfay hard data 50000'],
  ['gus', 'less memory than any program takes', 'gus hard as 100'],
  ['hal', 'no time of the processor', 'hal hard cpu 0'],
  ['ian', 'no process', 'ian hard nproc 1'],
  ['joe', 'no size of files, and hardly a stack', 'joe hard fsize 0\njoe hard stack 64'],
];

describe('limits that PAM sets for one user (A10)', ATTACKED, () => {
  let shared: SharedDaemon;
  let end: () => Promise<unknown>;
  before(async () => {
    const users = ['bob', 'kim', ...NARROW.map(([user]) => user)];
    const lines = [
      ...NARROW.map((each) => each[2]),
      'kim hard nofile 16',
      'kim - as 2000000',
      'kim hard cpu 1',
    ];
    ({ shared, end } = await SharedDaemon.startForSuite({ ...withLimits(lines.join('\n')), users }));
  });
  after(() => end());

  it("apply to that user's commands, and to no others", async () => {
    const limits = 'ulimit -Hn; ulimit -Hv; ulimit -Ht';
    for (let time = 0; time < 2; time += 1) {
      assert.equal(await shared.answer('kim', limits), '\x0016\n2000000\n60\n');
      assert.match(await shared.answer('bob', limits), /^\0\d{3,}\nunlimited\nunlimited\n$/);
    }
  });

  for (const [user, what] of NARROW)
    it(`do not count as a wrong password or end sessions of other users when they allow ${what}`, async () => {
      const held = await shared.ask('bob', 'cat');
      for (let time = 0; time < 4; time += 1)
        assert.notEqual(await shared.answer(user, 'echo in'), '\x01Login incorrect.\n');
      await shared.serves('bob');
      await held.send('still here\n');
      held.halfClose();
      assert.equal(await inTime(SERVED_SECONDS, 'the session of bob', held.toEnd()), '\0still here\n');
    });

  it('leave no process that outlives the daemon', () => shared.stops());
});

describe('a user who takes every process that the limit allows', ATTACKED, () => {
  it('harms no other user, and can log in again when they have ended', async (t) => {
    const shared = await SharedDaemon.start(t, { ...withLimits('ada hard nproc 40'), programs: ['crowd'] });
    const attack = await shared.ask('ada', 'exec /srv/bin/crowd 1000');
    const answer = await inTime(SERVED_SECONDS, 'the crowd', attack.read(6));
    assert.match(answer, /^\x009\d\d m/);
    for (let time = 0; time < 3; time += 1) await shared.answer('ada', 'echo in');
    await shared.serves('bob');
    for (const { pid } of await shared.processes('crowd')) process.kill(pid, 'SIGKILL');
    await shared.until('ada is served', async () => (await shared.answer('ada', 'echo in')) === '\0in\n');
    await shared.stops();
  });
});
