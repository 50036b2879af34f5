import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { lockoutsIn, type Moment, textOf } from '../../../lib/login/kept-lockouts.ts';
import { Lockout } from '../../../lib/login/lockout.ts';

const OPTIONS = { lockoutFailures: 3, lockoutSeconds: 30, longestLockoutSeconds: 3600 };
const HOME = '192.0.2.1';
const PAIR = 'ada from 192.0.2.1';
const AT: Moment = { boot: 'one', ticks: 5_000_000, wall: 1_700_000_000_000 };
const DAY_MS = 86_400_000;

/** The same clocks, so many seconds later. */
const after = (seconds: number): Moment => ({
  ...AT,
  ticks: AT.ticks + seconds * 1000,
  wall: AT.wall + seconds * 1000,
});

async function fail(lockout: Lockout, times: number, user = 'ada', address = HOME) {
  for (let time = 0; time < times; time += 1) await lockout.failed(user, address);
}

/** Daemons one after another, by a clock that the test turns. */
function clocked(t: TestContext) {
  t.mock.timers.enable({ apis: ['Date', 'setTimeout'] });
  const made = () => {
    const start = Date.now(); // each process counts from its own start
    return new Lockout(OPTIONS, () => Date.now() - start);
  };
  return {
    lockout: made(),
    pass: (seconds: number) => t.mock.timers.tick(seconds * 1000),
    /** What the next daemon knows, when the one before was gone for so many seconds. */
    next(before: Lockout, seconds: number, now: Moment = after(seconds)): Lockout {
      const text = textOf(before.kept(), AT);
      t.mock.timers.tick(seconds * 1000);
      const lockout = made();
      lockout.restore(...lockoutsIn(text, now));
      return lockout;
    },
  };
}

describe('a lockout over a restart', () => {
  it('lasts for what is left of it, and counts on', async (t) => {
    const { lockout, next, pass } = clocked(t);
    await fail(lockout, 3);
    pass(10);
    const later = next(lockout, 5);
    assert.deepEqual(later.list(), [{ subject: PAIR, scope: 'pair', failures: 3, times: 1, seconds: 15 }]);
    pass(14.9);
    assert.equal(later.blocks('ada', HOME)?.subject, PAIR);
    pass(0.1);
    assert.equal(later.blocks('ada', HOME), undefined);
    await fail(later, 1);
    const [again] = next(later, 0).list();
    assert.deepEqual([again?.times, again?.seconds, again?.failures], [2, 60, 4]);
  });

  it('that is over is remembered for the next one', async (t) => {
    const { lockout, next, pass } = clocked(t);
    await fail(lockout, 3);
    pass(40);
    const later = next(lockout, 1000);
    assert.deepEqual(later.list(), []);
    await fail(later, 1);
    assert.equal(later.list()[0]?.seconds, 60);
    pass(60 + 3601);
    assert.deepEqual(later.kept().locks, [], 'it is kept for longer than it counts');
  });

  it('begins with failures of both daemons, for a quarter of an hour', async (t) => {
    const { lockout, next, pass } = clocked(t);
    await fail(lockout, 2);
    await fail(lockout, 2, 'bob');
    const later = next(lockout, 800);
    await fail(later, 1);
    assert.deepEqual(
      later.list().map(({ subject }) => subject),
      [PAIR],
    );
    pass(100);
    await fail(later, 1, 'bob');
    assert.equal(later.list().length, 0, 'failures count for longer than 15 minutes');
  });

  it('does not stop a pair that had logged in before', async (t) => {
    const { lockout, next } = clocked(t);
    lockout.succeeded('ada', HOME);
    for (let host = 1; host <= 15; host += 1) await fail(lockout, 1, 'ada', `198.51.100.${host}`);
    const later = next(lockout, 1);
    assert.equal(later.blocks('ada', '192.0.2.2')?.subject, 'user ada');
    assert.equal(later.blocks('ada', HOME), undefined);
  });

  it('that was ended stays ended, its failures too', async (t) => {
    const { lockout, next } = clocked(t);
    await fail(lockout, 3);
    lockout.clear(PAIR);
    const later = next(lockout, 0);
    assert.deepEqual(later.list(), []);
    await fail(later, 2);
    assert.deepEqual(later.list(), []);
  });

  for (const [step, now, left] of [
    ['a day forward', { ...after(5), wall: AT.wall + DAY_MS }, 25],
    ['a day back', { ...after(5), wall: AT.wall - DAY_MS }, 25],
    ['a day back while the machine was started again', { boot: 'two', ticks: 1, wall: AT.wall - DAY_MS }, 30],
    ['nowhere while the machine was started again', { boot: 'two', ticks: 1, wall: AT.wall + 5000 }, 25],
    ['a day back on a machine that does not count its starts', { ...AT, boot: '', wall: 0 }, 30],
  ] as const)
    it(`ends neither early nor late when the clock steps ${step}`, async (t) => {
      const { lockout, next } = clocked(t);
      await fail(lockout, 3);
      assert.equal(next(lockout, 5, now).list()[0]?.seconds, left);
    });
});

describe('lockouts as they are kept', () => {
  const good = JSON.parse(textOf(new Lockout(OPTIONS).kept(), AT)) as { at: object; lockouts: object };
  const lock = { subject: PAIR, scope: 'pair', failures: 3, times: 1, lasted: 30, left: 1000 };
  const withLock = (change: object) => ({
    ...good,
    lockouts: { ...good.lockouts, locks: [{ ...lock, ...change }] },
  });

  it('are read as they were written', () => {
    assert.deepEqual(lockoutsIn(JSON.stringify(withLock({})), AT)[0].locks, [lock]);
  });

  for (const [what, text] of [
    ['nothing', ''],
    ['half a file', JSON.stringify(withLock({})).slice(0, -9)],
    ['a list', '[]'],
    ['null', 'null'],
    ['no moment', JSON.stringify({ lockouts: good.lockouts })],
    ['a moment that is none', JSON.stringify({ ...good, at: { ...good.at, wall: 'now' } })],
    ['a lock without an end', JSON.stringify(withLock({ left: null }))],
    ['a lock of another scope', JSON.stringify(withLock({ scope: 'world' }))],
    ['a lock with a field too many', JSON.stringify(withLock({ more: 1 }))],
    ['a count below zero', JSON.stringify(withLock({ failures: -1 }))],
  ] as const)
    it(`are refused for ${what}`, () => {
      assert.throws(() => lockoutsIn(text, AT), /^Error: does not contain lockouts$/);
    });

  it('leave no lockout that lasts longer than it was to last', () => {
    const lockout = new Lockout(OPTIONS);
    lockout.restore(...lockoutsIn(JSON.stringify(withLock({ left: 999_999_999 })), AT));
    assert.equal(lockout.list()[0]?.seconds, 30);
  });

  it('are at most 4 MB, the newest, and no list takes the place of another', () => {
    const name = (n: number) => `${'\u{1f511}'.repeat(100)}${n}`;
    const many = Array.from({ length: 50_000 }, (_, n) => n);
    const lockouts = {
      locks: many.map((n) => ({ ...lock, scope: 'pair' as const, subject: name(n) })),
      counted: many.map((n) => ({ subject: name(n), failures: 1, left: 1 })),
      proven: many.map(name),
    };
    const text = textOf(lockouts, AT);
    assert.ok(Buffer.byteLength(text) < 4 * 1024 * 1024, `${Buffer.byteLength(text)} bytes`);
    const [{ locks, counted, proven }] = lockoutsIn(text, AT);
    for (const list of [locks, counted, proven]) assert.ok(list.length > 1000, `${list.length}`);
    assert.deepEqual([locks.at(-1), proven.at(-1)], [lockouts.locks.at(-1), lockouts.proven.at(-1)]);
  });
});
