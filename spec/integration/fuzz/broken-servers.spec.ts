import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  findingText,
  fuzz,
  parseScript,
  printScript,
  type Report,
  targets,
} from '../../../lib/fuzz/index.ts';
import { BUGS } from './broken/bugs.ts';
import { PASSWORD, USER } from './broken/server.ts';

const SERVER = fileURLToPath(new URL('broken/serve.ts', import.meta.url));
const BUDGET = { cases: 500, seconds: 100 } as const; // the time is for a machine that is very busy

/** Fuzzes the server of spec/integration/fuzz/broken with a bug, or with none. */
async function hunt(bug: string | undefined, options: Parameters<typeof fuzz>[1] = {}): Promise<Report> {
  const target = await targets.command([process.execPath, SERVER, ...(bug ? [bug] : [])]);
  try {
    const login = { user: USER, password: PASSWORD };
    return await fuzz(target, {
      seed: 512,
      login,
      boundMs: 400,
      shrinkSeconds: 0.3,
      parallel: 8,
      ...BUDGET,
      ...options,
    });
  } finally {
    await target.close();
  }
}

/** Servers that a valid login does not work at as it should, and that are fuzzed all the same. */
const ODD_ANSWERS = Object.keys(BUGS).filter((name) => name.endsWith('(F1)'));

const certain = ({ findings }: Report) => findings.filter(({ again }) => again);

// Most of the time goes to waiting for what does not come, so several are hunted at once.
describe('a server with a bug', { timeout: 280_000, concurrency: 6 }, () => {
  for (const [name, { shows, cases }] of Object.entries(BUGS))
    it(`is found out: ${name}`, async () => {
      const report = await hunt(name, { untilFound: true, ...(cases && { cases }) });
      const found = certain(report);
      assert.ok(found.length > 0, `${report.cases} cases found nothing`);
      for (const finding of found) {
        const text = findingText(finding, report.seed);
        assert.ok(shows.includes(finding.oracle), text);
        if (finding.script) assert.deepEqual(parseScript(text), parseScript(printScript(finding.script)));
      }
    });
});

describe('the server without a bug (control)', { timeout: 240_000 }, () => {
  it('is found nothing wrong with', async () => {
    const report = await hunt(undefined, { boundMs: 3000 });
    assert.deepEqual(
      certain(report).map((finding) => findingText(finding, report.seed)),
      [],
    );
    assert.equal(report.stopped, 'cases');
    assert.ok(report.features > 100, `only ${report.features} kinds of behaviour`);
  });
});

describe('a server that answers a valid login wrongly (F1)', { timeout: 120_000, concurrency: 4 }, () => {
  for (const name of ODD_ANSWERS)
    it(`is not refused as a target: ${name}`, async () => {
      const report = await hunt(name, { cases: 1, shrinkSeconds: 0 });
      assert.equal(report.cases, 1);
    });
});
