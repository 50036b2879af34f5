import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, symlinkSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cleanEnvironment, findProgram, ROOT } from './program.ts';

const NPM = findProgram('npm');
const RUNTIME = join(ROOT, `node_modules/node-linux-${process.arch}/bin/node`);
const SOURCES = [
  ...['codec', 'lib', 'docs', 'monitoring', 'scripts', 'packaging', 'package.json', 'package-lock.json'],
  ...['tsconfig.json', 'tsconfig.build.json', 'README.md', 'CHANGELOG.md', 'LICENSE'],
];

/** Why none can be built here; false if it can. */
export const noDebianPackage: string | false = !NPM
  ? 'needs npm (Debian: npm)'
  : !findProgram('dpkg-deb')
    ? 'needs dpkg-deb'
    : !existsSync(RUNTIME) && 'needs the Node.js of the lock file';

export const { version: VERSION } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  version: string;
};

/** What npm says where no registry can be reached. */
export const NO_REGISTRY =
  /ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|ERR_SOCKET_TIMEOUT|CERT/;

/** A Debian package, and the copy of the checkout that it was built in: to be removed. */
export interface DebianPackage {
  readonly checkout: string;
  readonly deb: string;
}

/**
 * Builds it as people do, but does not compress it.
 *
 * @param words more for `npm run deb`
 * @returns what npm said, if it failed
 */
export function buildDeb(...words: readonly string[]): DebianPackage & { readonly failure: string } {
  const checkout = mkdtempSync(join(tmpdir(), 'rexec-deb-'));
  // A copy: a build must not change the checkout while other specs read it.
  for (const name of SOURCES) cpSync(join(ROOT, name), join(checkout, name), { recursive: true });
  // What is installed is as new as the lock file: the build must not install it again, over the checkout's own.
  utimesSync(join(checkout, 'package-lock.json'), 0, 0);
  symlinkSync(join(ROOT, 'node_modules'), join(checkout, 'node_modules'));
  const env = { ...cleanEnvironment(), PATH: `${dirname(process.execPath)}:${process.env.PATH}` };
  const all = ['run', 'deb', '--', '--compression', 'none', ...words];
  const { status, stdout, stderr } = spawnSync(NPM!, all, { cwd: checkout, env, encoding: 'utf8' });
  const deb = stdout.trim().split('\n').at(-1)!;
  return { checkout, deb, failure: status === 0 ? '' : stdout + stderr };
}

/** What dpkg-deb says of a package. */
export function dpkgDeb(...words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('dpkg-deb', words, { encoding: 'utf8', maxBuffer: 2 ** 26 });
  assert.equal(status, 0, stderr);
  return stdout;
}
