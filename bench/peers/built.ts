import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Bench } from '../question.ts';
import { ROOT } from './host.ts';

/** Builds what is installed of these sources; the program's path. */
export function build(bench: Bench): string {
  const dist = join(ROOT, 'dist'); // below the checkout, for its packages
  mkdirSync(dist, { recursive: true });
  const folder = mkdtempSync(join(dist, 'bench-'));
  chmodSync(folder, 0o755); // readers, which have an account of their own, read it
  bench.defer(() => rmSync(folder, { recursive: true, force: true }));
  const words = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--outDir', folder];
  execFileSync(process.execPath, words, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
  for (const part of ['lib/cli', 'lib/cli/programs'])
    execFileSync('cp', [`${part}/package.json`, join(folder, part)], { cwd: ROOT });
  return relative(ROOT, join(folder, 'lib/cli/rexecd.js'));
}
