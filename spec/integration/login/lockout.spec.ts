import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Lockout } from '../../../lib/login/lockout.ts';
import { BOUNDED } from '../../support/daemon/daemon.ts';

const OPTIONS = { lockoutFailures: 3, lockoutSeconds: 30, longestLockoutSeconds: 3600 };
const HOME = '192.0.2.1';
const PAIR = 'ada from 192.0.2.1';
const WINDOW = 15 * 60; // seconds
const MOST_SUBJECTS = 50_000; // of lib/login/lockout.ts

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

type Attempt = readonly [user: string, address: string];
type Nth = (n: number) => Attempt;
const same: Nth = () => ['ada', HOME];
const fromAnywhere: Nth = (n) => ['ada', `198.51.100.${n}`];
const byAnybody: Nth = (n) => [`user${n}`, HOME];

/** Each kind of subject: the failures it may have and the longest of its lockouts, and attempts it has in common. */
const SUBJECTS = [
  [PAIR, 3, 3600, same, 'pair'],
  ['user ada', 15, 300, fromAnywhere, 'user'],
  ['address 192.0.2.1', 30, 3600, byAnybody, 'address'],
] as const;

/** A lockout that lives by a clock which the test turns; so does the library that counts for it. */
function clocked(t: TestContext, options: Partial<typeof OPTIONS> = {}) {
  t.mock.timers.enable({ apis: ['Date', 'setTimeout'] });
  const lockout = new Lockout({ ...OPTIONS, ...options }, () => Date.now());
  /** Fails that many times; the lockouts that began: who, and for how long. */
  async function fail(times: number, nth: Nth): Promise<string[]> {
    const begun: string[] = [];
    for (let n = 1; n <= times; n += 1)
      for (const { subject, seconds } of await lockout.failed(...nth(n)))
        begun.push(`${subject}, ${seconds} s`);
    return begun;
  }
  return { lockout, fail, pass: (seconds: number) => t.mock.timers.tick(seconds * 1000) };
}

describe('a lockout', BOUNDED, () => {
  for (const [subject, failures, longest, nth, scope] of SUBJECTS) {
    const first = { subject, scope, failures, times: 1 };

    it(`of "${subject}" begins with failure ${failures} and ends in time`, async (t) => {
      const { lockout, fail, pass } = clocked(t);
      assert.deepEqual(await fail(failures - 1, nth), []);
      assert.equal(lockout.blocks(...nth(99)), undefined);
      assert.deepEqual(await lockout.failed(...nth(99)), [{ ...first, seconds: 30 }]);
      pass(29.5);
      assert.deepEqual(lockout.blocks(...nth(98)), { ...first, seconds: 1 });
      pass(0.5);
      assert.equal(lockout.blocks(...nth(98)), undefined);
    });

    it(`of "${subject}" lasts twice as long each time, at most ${longest} s`, async (t) => {
      const { fail, pass } = clocked(t);
      await fail(failures, nth);
      let last = 30;
      for (const doubled of [60, 120, 240, 480, 960, 1920, 3840, 7680]) {
        pass(last);
        last = Math.min(doubled, longest);
        assert.deepEqual(await fail(1, () => nth(doubled)), [`${subject}, ${last} s`]);
      }
    });
  }

  it('stops nobody else', async (t) => {
    const { lockout, fail } = clocked(t);
    await fail(3, same);
    assert.equal(lockout.blocks('ada', HOME)?.subject, PAIR);
    assert.equal(lockout.blocks('bob', HOME), undefined);
    assert.equal(lockout.blocks('ada', '192.0.2.2'), undefined);
  });

  it('has a subject for each user, whatever the user is called', async (t) => {
    const { lockout, fail } = clocked(t);
    await fail(15, (n) => ['guest from 192.0.2.1', `198.51.100.${n}`]);
    assert.equal(lockout.blocks('user guest', HOME), undefined);
  });

  it('is never longer than the longest, not even the first', async (t) => {
    const { fail } = clocked(t, { longestLockoutSeconds: 10 });
    assert.deepEqual(await fail(3, same), [`${PAIR}, 10 s`]);
  });

  it('counts failures of a quarter of an hour', async (t) => {
    const { fail, pass } = clocked(t);
    for (const seconds of [WINDOW, WINDOW - 1]) {
      assert.deepEqual(await fail(2, same), []);
      pass(seconds);
    }
    assert.deepEqual(await fail(1, same), [`${PAIR}, 30 s`]);
  });

  for (const [away, failures, seconds] of [
    [3599, 1, 60],
    [3600, 3, 30],
  ] as const)
    it(`takes ${failures} failure(s), and lasts ${seconds} s, when the last is over for ${away} s`, async (t) => {
      const { fail, pass } = clocked(t);
      await fail(3, same);
      pass(30 + away);
      assert.deepEqual(await fail(failures - 1, same), []);
      assert.deepEqual(await fail(1, same), [`${PAIR}, ${seconds} s`]);
    });

  it('is neither lengthened nor doubled by logins that began before it, and ended by one that succeeds', async (t) => {
    const { lockout, fail, pass } = clocked(t);
    await fail(3, same);
    pass(10);
    assert.deepEqual(await fail(5, same), []);
    assert.equal(lockout.blocks('ada', HOME)?.seconds, 20);
    pass(20);
    assert.deepEqual(await fail(1, same), [`${PAIR}, 60 s`]);
    lockout.succeeded('ada', HOME);
    assert.equal(lockout.blocks('ada', HOME), undefined);
    assert.deepEqual(await fail(3, same), [`${PAIR}, 30 s`]);
  });

  it('is off with lockoutFailures 0, even one that has begun', async (t) => {
    const { lockout, fail } = clocked(t);
    await fail(3, same);
    lockout.options = { ...OPTIONS, lockoutFailures: 0 };
    assert.equal(lockout.blocks('ada', HOME), undefined);
    assert.deepEqual(await fail(1000, fromAnywhere), []);
    assert.equal(lockout.blocks('ada', '192.0.2.2'), undefined);
  });

  for (const [one, other, together] of [
    [HOME, '192.0.2.2', false],
    [HOME, '::ffff:192.0.2.1', true],
    ['::FFFF:192.0.2.1', HOME, true],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.2', false],
    ['2001:db8::1', '2001:db8:0:0:ffff:ffff:ffff:ffff', true],
    ['2001:db8::1', '2001:db8:0:1::1', false],
    ['1:2:3:4:5:6:7:8', '1:2:3:4::', true],
    ['1:2:3:4:5:6:7:8', '1:2:3:5:5:6:7:8', false],
    ['1:2:3::5:6:7:8', '1:2:3::', true],
    ['::1', '::2', true],
    ['::1', '::ffff:0.0.0.1', false],
    ['fe80::1%eth0', 'fe80::1%eth1', true],
    ['fe80::1%eth0', 'fe80::2', true],
  ] as const)
    it(`counts ${one} and ${other} ${together ? 'together' : 'apart'}`, async (t) => {
      const { lockout, fail } = clocked(t);
      await fail(3, (n) => ['ada', n === 3 ? other : one]);
      const blocked = [one, other].map((address) => lockout.blocks('ada', address) !== undefined);
      assert.deepEqual(blocked, [together, together]);
    });
});

describe('a success', BOUNDED, () => {
  for (const [subject, failures, , nth] of SUBJECTS) {
    const keeps = subject !== PAIR; // others may guess, too
    it(`${keeps ? 'keeps' : 'forgets'} the failures and the lockouts of "${subject}" (E7)`, async (t) => {
      const { lockout, fail } = clocked(t);
      for (const [turn, times] of [failures - 1, 1, failures].entries()) {
        await fail(times, (n) => nth(100 * turn + n));
        lockout.succeeded('ada', HOME);
      }
      assert.deepEqual(
        lockout.list().map((each) => each.subject),
        keeps ? [subject] : [],
      );
    });
  }

  it('keeps the pair from being stopped by what others do to the name, not by what it does itself', async (t) => {
    const { lockout, fail } = clocked(t);
    lockout.succeeded('ada', HOME);
    await fail(15, fromAnywhere);
    assert.equal(lockout.blocks('ada', '192.0.2.2')?.subject, 'user ada');
    assert.equal(lockout.blocks('ada', HOME), undefined);
    await fail(30, byAnybody);
    assert.equal(lockout.blocks('ada', HOME)?.subject, 'address 192.0.2.1');
    await fail(3, same);
    assert.equal(lockout.blocks('ada', HOME)?.subject, PAIR);
  });
});

describe('whoever is locked out', BOUNDED, () => {
  it('is listed, and let go alone or with all others', async (t) => {
    const { lockout, fail, pass } = clocked(t);
    for (const [, failures, , nth] of SUBJECTS) await fail(failures, nth);
    await fail(2, () => ['bob', '192.0.2.9']);
    pass(10);
    const listed = SUBJECTS.map(([subject, failures, , , scope]) => ({
      subject,
      scope,
      failures,
      times: 1,
      seconds: 20,
    }));
    assert.deepEqual(lockout.list(), listed);
    assert.deepEqual(
      [lockout.clear('user ada'), lockout.clear('user ada'), lockout.clear('nobody')],
      [1, 0, 0],
    );
    assert.deepEqual(lockout.list(), [listed[0], listed[2]]);
    assert.equal(lockout.clear(), 2);
    assert.deepEqual(lockout.list(), []);
    assert.deepEqual(await fail(2, same), [], 'failures were kept');
    assert.deepEqual(await fail(2, () => ['bob', '192.0.2.9']), [], 'failures of others were kept');
    assert.deepEqual(await fail(1, same), [`${PAIR}, 30 s`]);
    pass(30);
    assert.deepEqual([lockout.list(), lockout.clear()], [[], 0]);
  });

  it('does not fill the memory with 200,000 names', async () => {
    const lockout = new Lockout({ ...OPTIONS, lockoutFailures: 1 });
    const bytes: number[] = [];
    for (let n = 0; n <= 200_000; n += 1) {
      await lockout.failed(`user${n}`, `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`);
      if (n % MOST_SUBJECTS !== 0) continue;
      collectGarbage();
      bytes.push(process.memoryUsage().heapUsed);
    }
    const [none = 0, full = 0] = bytes;
    assert.ok(full > none && Math.max(...bytes) < full + (full - none) / 2, `bytes: ${bytes}`);
    assert.equal(lockout.list().length, MOST_SUBJECTS);
    assert.ok(lockout.blocks('user200000', '10.3.13.64'));
  });
});
