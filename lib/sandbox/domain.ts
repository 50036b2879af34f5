import { statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Handled, PathRule } from '../native/index.ts';

/** Bits of linux/landlock.h. */
const EXECUTE = 1;
const READ_FILE = 4;
const READ_DIR = 8;
/** How many kinds of access to files there are, by version of Landlock: 2 added renames, 3 truncation, 5 devices. */
const KINDS = [0, 13, 14, 15, 15, 16] as const;
const TCP_BIND_AND_CONNECT = 3; // from version 4
const ABSTRACT_SOCKETS_AND_SIGNALS = 3; // from version 6

/** All that a version of Landlock can take away. */
export const handledBy = (version: number): Handled => ({
  files: 2 ** (KINDS[version] ?? 16) - 1,
  network: version >= 4 ? TCP_BIND_AND_CONNECT : 0,
  scopes: version >= 6 ? ABSTRACT_SOCKETS_AND_SIGNALS : 0,
});

/** The dynamic loader, which the kernel executes with each program: ld-linux-x86-64.so.2, ld-2.31.so, ld-musl-x86_64.so.1. */
const LOADER = /^ld[-.]/;

/** A program, and the files and folders that it may read. What does not exist needs no rule. */
export function pathRules(program: string, readable: readonly string[]): PathRule[] {
  return [program, ...readable].flatMap((path) => {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats) return [];
    const executable = path === program || LOADER.test(basename(path));
    const access = READ_FILE | (stats.isDirectory() ? READ_DIR : 0) | (executable ? EXECUTE : 0);
    return [{ path, access }];
  });
}
