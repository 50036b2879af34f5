import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SYSTEM_CALLS } from '../../../lib/sandbox/system-calls.ts';
import { notRoot, PATIENT } from '../../support/program.ts';
import { noStrace, STRACE } from '../../support/strace.ts';
import { noSandbox } from './inside.ts';

const LOAD = fileURLToPath(new URL('./works.spec.ts', import.meta.url));

/** Begins the life of a program in a sandbox, in the trace of its trampoline. */
const FILTERED = /^seccomp\(SECCOMP_SET_MODE_FILTER.* = 0$/m;
const THREAD = /^clone\(.*CLONE_THREAD.* = (\d+)$/gm;
const CALL = /^(\w+)\(.* = (?:-?\d+|0x[0-9a-f]+|\?)(?: (E\w+))?/gm;

/** Calls of Node that the filter refuses, to no harm: files and events do without. */
const REFUSED = ['clone3', 'io_uring_setup'];

/** All system calls that the specs of what must work make inside of sandboxes, with the errors that they got. */
async function callsOfTheLoad(t: TestContext): Promise<Map<string, Set<string>>> {
  const folder = mkdtempSync(join(tmpdir(), 'rexec-strace-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const { NODE_TEST_CONTEXT: _, ...env } = process.env; // it would make this run a part of ours
  const words = [
    '-ff',
    '-qq',
    '-o',
    join(folder, 'of'),
    process.execPath,
    '--test',
    '--test-isolation=none',
    LOAD,
  ];
  const traced = spawn(STRACE!, words, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const [said, [status]] = await Promise.all([text(traced.stdout), once(traced, 'exit')]);
  assert.equal(status, 0, said);
  const calls = new Map<string, Set<string>>();
  const trace = (pid: string) => readFileSync(join(folder, `of.${pid}`), 'latin1');
  const count = (lines: string) => {
    for (const [, call, error = ''] of lines.matchAll(CALL))
      calls.set(call!, (calls.get(call!) ?? new Set()).add(error));
    for (const [, thread] of lines.matchAll(THREAD)) count(trace(thread!));
  };
  for (const name of readdirSync(folder)) {
    const whole = readFileSync(join(folder, name), 'latin1');
    const filtered = FILTERED.exec(whole);
    if (filtered) count(whole.slice(filtered.index + filtered[0].length));
  }
  return calls;
}

describe('the system calls of a program in a sandbox', {
  ...PATIENT,
  skip: notRoot || noSandbox || noStrace,
}, () => {
  it('are on the list, except those that Node does without', async (t) => {
    const calls = await callsOfTheLoad(t);
    for (const call of ['execve', 'epoll_pwait', 'recvmsg', 'shutdown', 'futex'])
      assert.ok(calls.has(call), `${call} was not seen (control)`);
    const known: readonly string[] = SYSTEM_CALLS;
    assert.deepEqual(
      [...calls.keys()].filter((call) => !known.includes(call) && !REFUSED.includes(call)),
      [],
    );
    const refused = [...calls].filter(([, errors]) => errors.has('EPERM') || errors.has('ENOSYS'));
    assert.deepEqual(refused.map(([call]) => call).sort(), REFUSED);
  });
});
