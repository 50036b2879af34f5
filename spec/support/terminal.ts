import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { shellQuoted } from '../../lib/base/index.ts';
import { findProgram, Program, type ProgramName, type ProgramOptions, ROOT } from './program.ts';

const SCRIPT = findProgram('script');

/** For suites and tests that take a terminal, which util-linux's script makes. */
export const ON_A_TERMINAL = {
  skip: SCRIPT === undefined && 'needs script for a terminal (Debian: bsdutils)',
} as const;

/** A command line of sh on a terminal of its own, whose standard output has all that is shown there. */
export function onTerminal(t: TestContext, line: string, options: ProgramOptions = {}): Program {
  const env = { SHELL: '/bin/sh', TERM: 'xterm', ...options.env };
  return new Program(t, SCRIPT!, ['-qefc', line, '/dev/null'], { ...options, env });
}

/** The command line for one of our programs, from the checkout. */
export const lineFor = (name: ProgramName, words: readonly string[]): string =>
  [process.execPath, join(ROOT, `lib/cli/${name}.ts`), ...words].map(shellQuoted).join(' ');
