import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ON_WINE, prepareWine, wine, wineFolder } from './support/wine.ts';

/** Specs that need nothing of Linux, and the least number of their tests. */
const PURE = {
  'the codec': [['codec/**/*'], 750],
  'the other rooms that touch no system': [
    [
      ...['mux/*', 'text/*', 'connection/*', 'orchestrator/**/*', 'settings/names', 'launch/windows'],
      ...['base/limiter', 'base/messages', 'base/secret', 'base/shapes', 'base/within', 'base/system'],
    ],
    160,
  ],
} as const;

const counts = (report: string): Record<string, number> =>
  Object.fromEntries(
    [...report.matchAll(/^# (\w+) (\d+)\r?$/gm)].map(([, name, count]) => [name, Number(count)]),
  );

describe('node.exe on Wine', ON_WINE, () => {
  const test = (files: readonly string[]) => [
    ...['N:\\bin\\node.exe', '--test', '--experimental-test-isolation=none'],
    ...['--test-reporter=tap', ...files],
  ];

  for (const [rooms, [names, least]] of Object.entries(PURE))
    it(`passes the specs of ${rooms}`, async (t) => {
      prepareWine();
      const files = names.map((name) => `spec/unit/${name}.spec.ts`);
      const { stdout, stderr, status } = await wine(wineFolder(t), test(files));
      const { pass = 0, fail } = counts(stdout);
      assert.deepEqual([fail, status], [0, 0], `${stdout.match(/^\s*not ok .*$/gm)?.join('\n')}${stderr}`);
      assert.ok(pass >= least, `${pass} have passed`);
    });

  it('fails with a spec that fails, so that the above means something', async (t) => {
    prepareWine();
    const folder = wineFolder(t);
    const source = "import { it } from 'node:test';\nit('fails', () => { throw new Error('broken'); });\n";
    writeFileSync(join(folder.path, 'broken.spec.mjs'), source);
    const { stdout, status } = await wine(folder, test([folder.at('broken.spec.mjs')]));
    assert.deepEqual([counts(stdout).fail, status], [1, 1]);
  });
});
