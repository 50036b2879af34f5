import { readdirSync, statSync } from 'node:fs';
import { descriptorLimit } from '../native/index.ts';

/** Descriptors of this process. */
export interface OpenFiles {
  /** Undefined on a system without /proc. */
  readonly used: number | undefined;
  /** Undefined if there is none. */
  readonly limit: number | undefined;
}

export function openFiles(): OpenFiles {
  const limit = process.platform === 'linux' ? descriptorLimit() : Number.POSITIVE_INFINITY;
  return { used: used(), limit: Number.isFinite(limit) ? limit : undefined };
}

function used(): number | undefined {
  try {
    // Linux 6.2 tells their number as the size of the folder.
    return statSync('/proc/self/fd').size || readdirSync('/proc/self/fd').length - 1; // one is that of the folder
  } catch {
    return undefined;
  }
}
