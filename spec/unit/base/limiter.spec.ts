import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Limiter } from '../../../lib/base/index.ts';

/** Works that run until they are ended, and the names of those that have started. */
function works(limiter: Limiter) {
  const started: string[] = [];
  const start = (name: string) => {
    const end = Promise.withResolvers<string>();
    const result = limiter.run(() => {
      started.push(name);
      return end.promise;
    });
    return { result, end: () => end.resolve(name), fail: () => end.reject(new Error(name)) };
  };
  return { started, start };
}

describe('a limiter', () => {
  it('runs as many works as it has places, and the others in their order', async () => {
    const { started, start } = works(new Limiter(2));
    const [a, b, c, d] = [start('a'), start('b'), start('c'), start('d')];
    await nextTurn();
    assert.deepEqual(started, ['a', 'b']);
    b.end();
    assert.equal(await b.result, 'b');
    await nextTurn();
    assert.deepEqual(started, ['a', 'b', 'c']);
    for (const each of [a, c, d]) each.end();
    assert.deepEqual(await Promise.all([a.result, c.result, d.result]), ['a', 'c', 'd']);
  });

  it('gives the place of a work that failed to the next one', async () => {
    const { started, start } = works(new Limiter(1));
    const [a, b] = [start('a'), start('b')];
    a.fail();
    await assert.rejects(a.result, { message: 'a' });
    b.end();
    assert.equal(await b.result, 'b');
    assert.deepEqual(started, ['a', 'b']);
  });

  it('keeps its number of places when it was empty in between', async () => {
    const { started, start } = works(new Limiter(1));
    const a = start('a');
    a.end();
    await a.result;
    const [b, c] = [start('b'), start('c')];
    await nextTurn();
    assert.deepEqual(started, ['a', 'b']);
    for (const each of [b, c]) each.end();
    await c.result;
  });
});
