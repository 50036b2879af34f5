import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { within } from './peer.ts';
import { findProgram } from './program.ts';

export const STRACE = findProgram('strace');

/** Why system calls cannot be traced here; false where they can. */
export const noStrace = !STRACE && 'needs strace (Debian: strace)';

/** System calls of all threads of a process, those of these names or all, in order, until `end` is called. */
export async function trace(
  t: TestContext,
  pid: number,
  names: readonly string[] = ['all'],
): Promise<{ end: () => Promise<string[]> }> {
  const folder = mkdtempSync(join(tmpdir(), 'rexec-strace-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'trace');
  const words = ['-f', '-e', `trace=${names.join(',')}`, '-o', file, '-p', String(pid)];
  const strace = spawn(STRACE!, words, { stdio: ['ignore', 'ignore', 'pipe'] });
  await within(once(createInterface(strace.stderr), 'line'), 'strace to attach');
  return {
    async end() {
      const threads = readdirSync(`/proc/${pid}/task`);
      strace.kill('SIGINT');
      await within(once(strace, 'exit'), 'strace to end');
      const lines = readFileSync(file, 'latin1').split('\n');
      return lines.filter((line) => threads.includes(line.split(' ', 1)[0]!));
    },
  };
}
