import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { apiReference } from '../../scripts/api-reference.ts';
import { PATIENT, ROOT, temporaryFolder } from '../support/program.ts';

describe('docs/api.md', PATIENT, () => {
  it('has what a program can import, as the sources have it', (t) => {
    const folder = temporaryFolder(t);
    const words = ['-p', 'tsconfig.build.json', '--emitDeclarationOnly', '--outDir', folder];
    const { stdout, status } = spawnSync(join(ROOT, 'node_modules/.bin/tsc'), words, {
      cwd: ROOT,
      encoding: 'utf8',
    });
    assert.equal(status, 0, stdout);
    t.assert.fileSnapshot(apiReference(folder), join(ROOT, 'docs/api.md'), { serializers: [String] });
  });
});
