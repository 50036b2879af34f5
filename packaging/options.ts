import { parseArgs } from 'node:util';
import { ARCHITECTURES, THIS_ARCHITECTURE } from './platform.ts';

/** How a package is made. */
export interface Options {
  readonly compression: string;
  readonly level: string;
  readonly architecture: string;
}

const COMPRESSIONS = ['xz', 'zstd', 'gzip', 'none'];
const LEVELS = Array.from({ length: 10 }, (_, level) => String(level));

/** Reads the command line. @throws Error that names an option that does not exist, or a value and those that are allowed */
export function optionsOf(words: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...words],
    options: {
      compression: { type: 'string', default: 'xz' },
      level: { type: 'string', default: '3' }, // half the time of xz at 6, for a tenth more
      architecture: { type: 'string', default: THIS_ARCHITECTURE },
    },
  });
  for (const [name, allowed] of [
    ['compression', COMPRESSIONS],
    ['level', LEVELS],
    ['architecture', ARCHITECTURES],
  ] as const)
    if (!allowed.includes(values[name]))
      throw new Error(`--${name}: invalid value "${values[name]}"; allowed: ${allowed.join(', ')}`);
  return values;
}
