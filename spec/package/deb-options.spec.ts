import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { cleanEnvironment, findProgram, ROOT } from '../support/program.ts';

const NPM = findProgram('npm');

/** Command lines that do not hold, and what the one line about them says. */
const WRONG: readonly (readonly [words: readonly string[], says: RegExp])[] = [
  [['--bad-option'], /^build-deb: Unknown option '--bad-option'/m],
  [['word'], /^build-deb: Unexpected argument 'word'/m],
  [['--level', '12'], /^build-deb: --level: invalid value "12"; allowed: 0, .*, 9$/m],
  [
    ['--compression', 'zip'],
    /^build-deb: --compression: invalid value "zip"; allowed: xz, zstd, gzip, none$/m,
  ],
  [['--architecture', 'mips'], /^build-deb: --architecture: invalid value "mips"; allowed: amd64, arm64$/m],
];

describe('npm run deb', { skip: !NPM && 'needs npm (Debian: npm)' }, () => {
  for (const [words, says] of WRONG)
    it(`refuses ${words.join(' ')} before it compiles anything`, () => {
      const options = { cwd: ROOT, env: cleanEnvironment(), encoding: 'utf8' } as const;
      const { stdout, stderr, status } = spawnSync(NPM!, ['run', 'deb', '--', ...words], options);
      assert.match(stderr, says);
      assert.doesNotMatch(stdout, /> rexecd@\S+ build/);
      assert.equal(status, 1);
    });
});
