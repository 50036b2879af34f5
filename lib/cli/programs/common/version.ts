import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';

/** This package's version; its package.json lies above the sources and above what is built from them. */
export const VERSION: string = JSON.parse(
  readFileSync(findPackageJSON('../../../..', import.meta.url)!, 'utf8'),
).version;
