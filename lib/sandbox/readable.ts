import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Files that the system's libraries read when a Node starts. */
const OF_THE_SYSTEM = ['/etc/ld.so.cache', '/etc/ld.so.preload', '/etc/ssl/openssl.cnf'];

/** Where the code is: the checkout, or `dist` of an installed package. */
const CODE = fileURLToPath(new URL('../..', import.meta.url));

/** What a program of this package reads: its modules, and the packages that they import, by name. */
export function programFiles(packages: readonly string[]): string[] {
  const manifest = findPackageJSON('.', import.meta.url)!;
  return [join(CODE, 'codec'), join(CODE, 'lib'), manifest, ...packages.map(folderOf)];
}

/** What a Node reads that is started as this one was: the libraries in its memory, without addons. */
export function runtimeFiles(): string[] {
  const mapped = readFileSync('/proc/self/maps', 'utf8').matchAll(/ (\/.*)$/gm);
  const files = new Set([...mapped].map(([, path]) => path!).filter((path) => !path.endsWith('.node')));
  return [...files, ...OF_THE_SYSTEM];
}

const folderOf = (name: string): string => dirname(findPackageJSON(name, import.meta.url)!);
