import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  checkMonitor,
  findingText,
  fuzzMonitor,
  parseScript,
  printScript,
  type Report,
} from '../../../lib/fuzz/index.ts';
import { HOLES } from './holes.ts';

const SEED = 512;
const told = ({ findings, seed }: Report) => findings.map((finding) => findingText(finding, seed));

describe('the monitor', { timeout: 280_000 }, () => {
  it('is found nothing wrong with in 2,000 scripts, in many states', async () => {
    const report = await fuzzMonitor({ seed: SEED, cases: 2000, seconds: 240 });
    assert.deepEqual(told(report), []);
    assert.deepEqual([report.cases, report.stopped], [2000, 'cases']);
    assert.ok(report.features > 400, `only ${report.features} kinds of messages in states`);
  });

  it('is played the same scripts for the same seed', async () => {
    const [one, other] = [
      await fuzzMonitor({ seed: 7, cases: 50 }),
      await fuzzMonitor({ seed: 7, cases: 50 }),
    ];
    const third = await fuzzMonitor({ seed: 8, cases: 50 });
    assert.equal(one.features, other.features);
    assert.notEqual(one.features, third.features);
  });
});

describe('a monitor with a hole (control)', { timeout: 280_000 }, () => {
  for (const [what, { plant, shows }] of Object.entries(HOLES))
    it(`is found out when it ${what}`, async (t) => {
      const report = await fuzzMonitor({
        seed: SEED,
        cases: 1500,
        seconds: 120,
        untilFound: true,
        monitor: plant(t),
      });
      const [finding] = report.findings.filter(({ again }) => again);
      assert.ok(finding?.script, `${report.cases} cases found nothing`);
      const text = findingText(finding, report.seed);
      t.diagnostic(`${report.cases} cases`);
      assert.ok(shows.includes(finding.oracle), text);
      assert.ok(finding.script.steps.length <= 12, text);
      assert.deepEqual(parseScript(text), parseScript(printScript(finding.script)));
      t.mock.restoreAll();
      assert.deepEqual(await checkMonitor(finding.script), []); // and the monitor itself makes it right
    });
});
