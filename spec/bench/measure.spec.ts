import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { ask } from '../../bench/ask.ts';
import { measure } from '../../bench/measure.ts';
import type { Case, Question } from '../../bench/question.ts';

const quiet = () => {};

/** A case that tells when it runs. */
const teller = (name: string, told: string[], more: Partial<Case> = {}): Case => ({
  name,
  run: async () => {
    told.push(name);
    return { time: told.length };
  },
  ...more,
});

describe('measuring', () => {
  it('runs the cases in turn after a round that is not counted', async () => {
    const told: string[] = [];
    const cases = [teller('a', told), teller('b', told, { runs: 1 }), teller('c', told, { warmUp: false })];
    const results = await measure({ cases }, 2, quiet);
    assert.equal(told.join(''), 'ab' + 'abc' + 'ac');
    assert.deepEqual(
      results.rows.map(({ case: name, spread }) => [name, spread.runs]),
      [
        ['a', 2],
        ['b', 1],
        ['c', 2],
      ],
    );
  });

  it('times nothing when two cases do not answer the same', async () => {
    const told: string[] = [];
    const answers = (text: string) => ({ answer: async () => text });
    const cases = [teller('a', told, answers('x')), teller('b', told, answers('y')), teller('c', told)];
    await assert.rejects(
      measure({ cases }, 1, quiet),
      /cases disagree, so none is timed:\n {2}a: "x"\n {2}b: "y"$/,
    );
    assert.deepEqual(told, []);
  });

  it('gives up a run that takes longer than it may, by its name', async () => {
    const never = teller('b', [], { run: () => new Promise(() => {}), seconds: 0.01 });
    await assert.rejects(
      measure({ cases: [never] }, 1, quiet),
      /^Error: a run of b had not ended after 0.01 s$/,
    );
  });
});

describe('asking a question', () => {
  const EXTENT = { runs: 1, quick: true, sessions: 1 } as const;

  it('undoes what was done, the last first, also when the question fails, and tells why it did', async () => {
    const undone: string[] = [];
    let folder = '';
    const question: Question = {
      asks: '',
      figures: {},
      async prepare(bench) {
        folder = bench.folder;
        assert.ok(existsSync(folder));
        bench.defer(() => undone.push('first'));
        bench.defer(() => undone.push('second'));
        return { cases: [teller('a', [], { run: () => Promise.reject(new Error('broken')) })] };
      },
    };
    const { failed, rows } = await ask('q', question, EXTENT, quiet);
    assert.deepEqual([failed, rows, undone], ['broken', [], ['second', 'first']]);
    assert.ok(!existsSync(folder));
  });
});
