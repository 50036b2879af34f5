import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { PATIENT, Program, ROOT, temporaryFolder } from '../support/program.ts';

/** A Node of this machine that is too old for us, or undefined. */
function findOldNode(): string | undefined {
  return ['/usr/bin/node', '/usr/bin/nodejs', '/usr/local/bin/node'].filter(existsSync).find((path) => {
    const [major = 0, minor = 0] = execFileSync(path, ['-p', 'process.versions.node'], { encoding: 'utf8' })
      .split('.')
      .map(Number);
    return major < 22 || (major === 22 && minor < 18);
  });
}

const OLD = findOldNode();
const NEEDS_OLD = { skip: OLD === undefined && 'needs a Node older than 22.18 (Debian: nodejs)' };
const PROGRAMS = readdirSync(join(ROOT, 'lib', 'cli')).filter((name) => name.endsWith('.ts'));

describe('a Node that is too old', PATIENT, () => {
  for (const name of PROGRAMS)
    it(`is what ${name} says in one line, with exit code 1`, NEEDS_OLD, async (t) => {
      const program = new Program(t, OLD!, [join(ROOT, 'lib', 'cli', name), '--version'], { stdin: '' });
      const { stdout, stderr, status } = await program.end();
      assert.deepEqual([stdout, status], ['', 1]);
      assert.match(stderr, /^\w[\w-]*: needs Node\.js 22\.18 or newer, this is v[\d.]+\n$/);
      assert.ok(stderr.startsWith(`${name.replace('.ts', '')}: `), stderr);
    });

  for (const [how, script] of [
    [
      'import',
      (file: string) => `import(${JSON.stringify(file)}).catch((error) => console.log(error.message))`,
    ],
    [
      'require()',
      (file: string) =>
        `try { require(${JSON.stringify(file)}) } catch (error) { console.log(error.message) }`,
    ],
  ] as const)
    it(`is what the library says in one line to ${how}`, NEEDS_OLD, async (t) => {
      const folder = temporaryFolder(t);
      const out = join(folder, 'dist');
      execFileSync(join(ROOT, 'node_modules/.bin/tsc'), [
        '-p',
        join(ROOT, 'tsconfig.build.json'),
        '--outDir',
        out,
      ]);
      writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
      symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
      const program = new Program(t, OLD!, ['-e', script(join(out, 'lib/index.js'))], { stdin: '' });
      const { stdout, stderr } = await program.end();
      assert.match(stdout, /^rexecd: needs Node\.js 22\.18 or newer, this is v[\d.]+\n$/);
      assert.doesNotMatch(stderr, /rror/);
    });
});
