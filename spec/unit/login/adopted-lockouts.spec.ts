import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { sharedFailures } from '../../../lib/login/index.ts';
import { Lockout } from '../../../lib/login/lockout.ts';

const OPTIONS = { lockoutFailures: 3, lockoutSeconds: 30, longestLockoutSeconds: 3600 };
const HOME = '192.0.2.1';
const PAIR = 'ada from 192.0.2.1';
const LOCK = { subject: PAIR, scope: 'pair', failures: 7, times: 3, lasted: 120, left: 90_000 } as const;

/** A lockout by a clock that the test turns. */
function clocked(t: TestContext) {
  t.mock.timers.enable({ apis: ['Date', 'setTimeout'] });
  const lockout = new Lockout(OPTIONS, () => Date.now());
  const fail = async (times: number) => {
    for (let time = 0; time < times; time += 1) await lockout.failed('ada', HOME);
  };
  return { lockout, fail, pass: (seconds: number) => t.mock.timers.tick(seconds * 1000) };
}

const secondsOf = (lockout: Lockout): number[] => lockout.list().map(({ seconds }) => seconds);

describe('a lockout of another daemon', () => {
  it('holds here for what is left of it, and the next one here lasts twice as long', async (t) => {
    const { lockout, fail, pass } = clocked(t);
    lockout.adopt(LOCK);
    assert.equal(lockout.blocks('ada', HOME)?.seconds, 90);
    pass(90);
    assert.equal(lockout.blocks('ada', HOME), undefined);
    await fail(1);
    assert.deepEqual(secondsOf(lockout), [240]);
  });

  it('makes none here shorter, and lasts no longer than one may', async (t) => {
    const { lockout } = clocked(t);
    lockout.adopt(LOCK);
    lockout.adopt({ ...LOCK, lasted: 30, left: 20_000 });
    assert.deepEqual(secondsOf(lockout), [90]);
    lockout.adopt({ ...LOCK, lasted: 10_000_000, left: 9_000_000_000 });
    assert.deepEqual(secondsOf(lockout), [3600]);
  });

  it('ends what began before it was ended, failures too, and nothing that began later', async (t) => {
    const { lockout, fail, pass } = clocked(t);
    await fail(3);
    pass(10);
    lockout.forget(PAIR, 11_000);
    assert.deepEqual(secondsOf(lockout), [20]);
    lockout.forget(PAIR, 9_000);
    assert.deepEqual(secondsOf(lockout), []);
    await fail(2);
    lockout.forget(PAIR, 9_000);
    await fail(1);
    assert.deepEqual(secondsOf(lockout), [30], 'the third failure since then');
  });
});

describe('failures that are counted together', () => {
  it('continue here where they were when the store is away, and are not fewer when it has lost them', async () => {
    const own = new Lockout(OPTIONS).own;
    let count = 0;
    const store = {
      isReady: true,
      eval: async (): Promise<unknown> => [++count, 600_000],
    };
    const failures = await sharedFailures(own, store, (subject) => `key of ${subject}`);
    const next = async () => (await failures.penalty(PAIR)).consumedPoints;
    assert.equal(await next(), 1);
    count = 6; // others have failed, too
    assert.equal(await next(), 7);
    store.isReady = false;
    assert.equal(await next(), 8);
    store.isReady = true;
    store.eval = () => Promise.reject(new Error('no answer'));
    assert.equal(await next(), 9);
    count = 0;
    store.eval = async () => [++count, 600_000];
    assert.equal(await next(), 10);
    assert.equal((await own.get(PAIR))?.consumedPoints, 10);
  });

  it('are not fewer for the store that answers only some of those that fail at the same time', async () => {
    const own = new Lockout(OPTIONS).own;
    let asked = 0;
    const answer = async (): Promise<unknown> => {
      asked += 1;
      await new Promise((resolve) => setImmediate(resolve));
      if (asked % 2 === 0) throw new Error('no answer');
      return [asked, 600_000];
    };
    const failures = await sharedFailures(own, { isReady: true, eval: answer }, (subject) => subject);
    const counts = await Promise.all(Array.from({ length: 50 }, () => failures.penalty(PAIR)));
    assert.equal(Math.max(...counts.map(({ consumedPoints }) => consumedPoints)), 50);
    assert.equal((await own.get(PAIR))?.consumedPoints, 50);
  });
});
