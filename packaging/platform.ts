import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** What a package is made for, and where the packages of the lock file for it are. */
export interface Platform {
  /** As Debian calls it. */
  readonly architecture: string;
  /** The folder that has `node_modules`. */
  readonly root: string;
  /** The package with its Node.js. */
  readonly runtime: string;
}

/** What Node.js and npm call the architectures, by Debian's names. The lock file has a Node.js for them. */
const CPUS: ReadonlyMap<string, string> = new Map([
  ['amd64', 'x64'],
  ['arm64', 'arm64'],
]);
const NEEDED = ['package.json', 'package-lock.json', 'packaging/runtime/package.json'];

/** Debian's names of the architectures that there can be a package for. */
export const ARCHITECTURES: readonly string[] = [...CPUS.keys()];

/** Debian's name of this machine's architecture; empty if there is no Node.js for it. */
export const THIS_ARCHITECTURE: string = [...CPUS].find(([, cpu]) => cpu === process.arch)?.[0] ?? '';

/**
 * The platform of an architecture. For this machine's own it is the checkout; for another one its packages are installed
 * into a folder, which is emptied before. None of their scripts runs: the programs in them cannot.
 *
 * @throws Error if there is no Node.js for it, or npm fails
 */
export function platformOf(architecture: string, checkout: string, folder: string): Platform {
  const cpu = CPUS.get(architecture);
  if (cpu === undefined) throw new Error(`no Node.js for "${architecture}"`);
  const runtime = `node_modules/node-linux-${cpu}`;
  if (cpu === process.arch) return { architecture, root: checkout, runtime };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of NEEDED) cpSync(join(checkout, name), join(folder, name));
  const machine = ['--os=linux', `--cpu=${cpu}`, '--libc=glibc'];
  const words = ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', ...machine];
  execFileSync('npm', words, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  return { architecture, root: folder, runtime };
}
