import assert from 'node:assert/strict';
import { beforeEach, describe, it, mock } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Unanswered } from '../../../lib/base/index.ts';
import { SignsOfLife } from '../../../lib/readers/signs-of-life.ts';

const PAUSE_MS = 1000;

describe('the signs of life of a reader', () => {
  let asked = 0;
  let answer = (): void => {};
  let fail = (_: Error): void => {};
  let dead: string[];
  let life: SignsOfLife;

  beforeEach((context) => {
    asked = 0;
    mock.timers.enable({ apis: ['setTimeout'] });
    if ('after' in context) context.after(() => mock.timers.reset());
    dead = [];
    const ask = () => {
      asked += 1;
      return new Promise<void>((resolve, reject) => {
        answer = resolve;
        fail = reject;
      });
    };
    life = new SignsOfLife(ask, (cause) => dead.push(cause));
  });

  const pass = async (milliseconds: number): Promise<void> => {
    await turn(); // the answer arrives
    mock.timers.tick(milliseconds);
  };

  it('are asked for with the first connection', () => {
    life.expect();
    assert.equal(asked, 1);
  });

  it('are asked for once, however many connections come before the answer', () => {
    for (let connection = 0; connection < 100; connection += 1) life.expect();
    assert.equal(asked, 1);
  });

  it('are asked for again after a pause if another connection came since', async () => {
    life.expect();
    life.expect();
    answer();
    await pass(PAUSE_MS - 1);
    assert.equal(asked, 1);
    await pass(1);
    assert.equal(asked, 2);
  });

  it('are not asked for while there are no connections', async () => {
    life.expect();
    answer();
    await pass(10 * PAUSE_MS);
    assert.equal(asked, 1);
    life.expect();
    assert.equal(asked, 2);
  });

  for (const [why, cause] of [
    ['late', 'no sign of life within 10 s'],
    ['failed', 'an error instead of a sign of life'],
  ] as const)
    it(`are none if the answer is ${why}, and none are asked for after that`, async () => {
      life.expect();
      life.expect();
      fail(new Unanswered(why, ''));
      await pass(10 * PAUSE_MS);
      assert.deepEqual([dead, asked], [[cause], 1]);
    });
});
