import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A package that is needed at run time, and where its folder is below the root of the project. */
export interface Dependency {
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

interface Locked {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean; // npm's own word that nothing needs it at run time
  readonly optional?: boolean;
  readonly link?: boolean; // to a folder of ours
}

/**
 * What the program needs at run time, and nothing else, as the lock file has it. An optional one for another platform
 * is not there.
 *
 * @throws Error when one is missing or is not the version of the lock file
 */
export function productionDependencies(root: string): Dependency[] {
  const { packages } = json<{ packages: Record<string, Locked> }>(join(root, 'package-lock.json'));
  return Object.entries(packages)
    .filter(([folder, { dev, link }]) => folder !== '' && !dev && !link)
    .filter(([folder, { optional }]) => !optional || existsSync(join(root, folder)))
    .map(([folder, { version: locked, license = 'unknown' }]) => {
      const { name, version } = json<{ name: string; version: string }>(join(root, folder, 'package.json'));
      if (version !== locked) throw new Error(`${folder} is ${version}, the lock file has ${locked}: npm ci`);
      return { folder, name, version, license };
    });
}

const json = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;
