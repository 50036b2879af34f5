import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ownDaemon } from '../../../lib/cli/programs/rexec-fuzz/daemon.ts';
import { findingText, fuzz } from '../../../lib/fuzz/index.ts';

describe('our daemon', { timeout: 240_000 }, () => {
  it('is found nothing wrong with in 300 cases', async () => {
    const { target, login, defects } = await ownDaemon();
    try {
      const report = await fuzz(target, { seed: 512, cases: 300, login, shrinkSeconds: 2 });
      const certain = report.findings.filter(({ again }) => again);
      assert.deepEqual(
        certain.map((finding) => findingText(finding, report.seed)),
        [],
      );
      assert.deepEqual([report.stopped, report.cases], ['cases', 300]);
    } finally {
      await target.close();
    }
    assert.deepEqual(defects, []);
  });
});
