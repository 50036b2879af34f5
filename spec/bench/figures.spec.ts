import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Answered } from '../../bench/ask.ts';
import { compareWithStored, store } from '../../bench/guard.ts';
import { Results, spreadOf } from '../../bench/results.ts';
import { figuresTable, figureText } from '../../bench/table.ts';
import { temporaryFolder } from '../support/program.ts';

/** A question whose `fast` case was measured beside its `slow` one: rate and size of each run. */
function answered(slow: readonly number[], fast: readonly number[], sizes: readonly number[]): Answered {
  const results = new Results([{ name: 'slow' }, { name: 'fast', against: 'slow' }]);
  for (const rate of slow) results.add('slow', { rate });
  for (const [run, rate] of fast.entries()) results.add('fast', { rate, size: sizes[run]! });
  return {
    name: 'speed',
    asks: '',
    figures: {
      rate: { unit: '/s', better: 'more' },
      size: { unit: 'KB', better: 'less', steady: true, detail: true },
    },
    rows: results.rows,
    missing: [{ name: 'third', reason: 'needs root' }],
    goals: [],
    plots: [],
    seconds: 1,
  };
}

const BEFORE = answered([100, 200, 100], [200, 500, 300], [20, 21, 22]);

describe('the figures of the benches', () => {
  it('have a median, a least and a most', () => {
    assert.deepEqual(spreadOf([3, 1, 2]), { median: 2, min: 1, max: 3, runs: 3 });
    assert.deepEqual(spreadOf([4, 1, 3, 2]), { median: 2.5, min: 1, max: 4, runs: 4 });
  });

  it('are compared run by run: the ratio is the median of pairs, not that of medians', () => {
    const fast = BEFORE.rows.find((row) => row.case === 'fast' && row.figure === 'rate')!;
    assert.equal(fast.against, 'slow');
    assert.deepEqual(fast.ratio, { median: 2.5, min: 2, max: 3, runs: 3 }); // 2, 2.5, 3
    assert.equal(BEFORE.rows[0]!.ratio, undefined);
  });

  it('stand in one table with their spread, without details, and with what was not measured', () => {
    const cells = figuresTable([BEFORE])
      .split('\n')
      .map((line) => line.split('│').map((cell) => cell.trim()));
    assert.deepEqual(cells[3]!.slice(1, -1), ['speed', 'slow', 'rate, /s', '100', '100 to 200', '', '']);
    assert.deepEqual(cells[4]!.slice(1, -1), [
      '',
      'fast',
      'rate, /s',
      '300',
      '200 to 500',
      '2.50',
      '2.00 to 3.00',
    ]);
    assert.deepEqual(cells[5]!.slice(2, -1), ['third', 'not measured: needs root']);
    assert.equal(cells.length, 7);
  });

  it('keep three digits, and every digit left of the point', () => {
    const texts = [0, 0.01234, 1.234, 98.76, 12_345.6].map(figureText);
    assert.deepEqual(texts, ['0', '0.0123', '1.23', '98.8', '12,346']);
  });
});

describe('the guard', () => {
  const guard = async (t: Parameters<typeof temporaryFolder>[0], after: Answered) => {
    const path = join(temporaryFolder(t), 'baseline.json');
    writeFileSync(path, JSON.stringify({ other: { 'a: b': { median: 1, min: 1, max: 1 } } }));
    await store([BEFORE], path);
    assert.deepEqual(Object.keys(JSON.parse(readFileSync(path, 'utf8'))), ['other', 'speed']);
    return compareWithStored([after], path);
  };

  it('is content with the stored run itself, and with one within its spread', async (t) => {
    assert.deepEqual(await guard(t, BEFORE), { worse: [], compared: 2, absent: [] });
    assert.deepEqual((await guard(t, answered([100, 100], [190, 200], [22, 23]))).worse, []);
  });

  it('names a ratio and a steady figure whose best run is worse than the worst stored one', async (t) => {
    const { worse } = await guard(t, answered([1000, 1000], [1500, 1600], [30, 31]));
    assert.deepEqual(worse, [
      'speed, fast: rate was 2.50 of that of slow, is 1.55',
      'speed, fast: size was 21.0, is 30.5',
    ]);
  });

  it('names what is stored and was not measured', async (t) => {
    const { compared, absent } = await guard(t, answered([100], [], []));
    assert.deepEqual([compared, absent], [0, ['speed, fast: rate', 'speed, fast: size']]);
  });

  it('stores nothing of a question that failed', async (t) => {
    const path = join(temporaryFolder(t), 'baseline.json');
    await store([BEFORE], path);
    const before = readFileSync(path, 'utf8');
    await store([{ ...answered([], [], []), failed: 'broken' }], path);
    assert.equal(readFileSync(path, 'utf8'), before);
  });
});
