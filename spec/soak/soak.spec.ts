import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { noMachine } from '../support/machine/machine.ts';
import { PATIENT } from '../support/program.ts';
import type { Figures } from './daemon.ts';
import { SCENARIOS } from './scenarios.ts';
import { grown, soak } from './soak.ts';

const NONE: Figures = {
  descriptors: 25,
  'descriptors of its helpers': 44,
  'memory in use, KiB': 20_000,
  'resident memory, KiB': 90_000,
  helpers: 2,
  'other children': 0,
  zombies: 0,
  'processes of commands': 0,
  'process groups of commands': 0,
};

describe('the soak', { ...PATIENT, skip: noMachine }, () => {
  it('finds nothing wrong and nothing grown after some seconds of mixed load', async (t) => {
    const { right, wrong } = await soak({ seconds: 6, seed: 512, peers: 6 });
    assert.deepEqual(wrong, []);
    const total = [...right.values()].reduce((sum, count) => sum + count, 0);
    t.diagnostic(`${total} peers of ${right.size} kinds`);
    assert.ok(right.size > Object.keys(SCENARIOS).length / 2, [...right.keys()].join());
  });
});

describe('the verdict of the soak (control)', () => {
  for (const [name, much] of [
    ['descriptors', 1],
    ['descriptors of its helpers', 1],
    ['memory in use, KiB', 5000],
    ['resident memory, KiB', 70_000],
    ['helpers', 1],
    ['other children', 1],
    ['zombies', 1],
    ['processes of commands', 1],
    ['process groups of commands', 1],
  ] as const)
    it(`names ${name} that grew`, () => {
      const after = { ...NONE, [name]: NONE[name] + much };
      assert.deepEqual(grown({ launcher: 'execa', before: NONE, after }), [
        `${name} of execa grew from ${NONE[name]} to ${after[name]}`,
      ]);
    });

  it('is silent where all is as it was', () =>
    assert.deepEqual(grown({ launcher: 'execa', before: NONE, after: NONE }), []));
});
