import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findProgram } from '../support/program.ts';

const GCC = findProgram('gcc');

/** Why the programs cannot be built here, or cannot do what they do; false if they can. */
export const noPrograms: string | false =
  ((!GCC || !existsSync('/usr/include/linux/fuse.h')) && 'needs gcc (Debian: gcc libc6-dev)') ||
  (!existsSync('/dev/fuse') && 'needs /dev/fuse');

let built: string | undefined;

/** A program of spec/faults/programs, compiled once. */
function build(name: string): string {
  if (built === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'rexec-attack-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    built = folder;
  }
  const file = join(built, name);
  const source = fileURLToPath(new URL(`./programs/${name}.c`, import.meta.url));
  if (!existsSync(file)) execFileSync(GCC!, ['-O1', '-Wall', '-Werror', '-o', file, source]);
  return file;
}

/** Puts programs into a folder, for every user to run. */
export function install(names: readonly string[], folder: string): void {
  for (const name of names) {
    copyFileSync(build(name), join(folder, name));
    chmodSync(join(folder, name), 0o755);
  }
}
