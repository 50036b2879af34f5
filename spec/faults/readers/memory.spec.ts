import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { READER_SANDBOX } from '../../../lib/readers/start-reader.ts';
import { startSandboxed } from '../../../lib/sandbox/index.ts';
import { BOUNDED, startDaemon } from '../../support/daemon/daemon.ts';
import { within } from '../../support/peer.ts';
import { notRoot } from '../../support/program.ts';
import { ACCOUNT, Inside, noSandbox, PROGRAM, STDIO } from '../sandbox/inside.ts';
import { theReader } from './readers-of.ts';

const MIB = 2 ** 20;
const MOST = 1024 * MIB;

/** The most memory that a process had, in bytes. */
const peakOf = (pid: number): number =>
  Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) * 1024;

describe('the memory of a reader', { ...BOUNDED, timeout: 180_000, skip: notRoot || noSandbox }, () => {
  it('has a limit', async (t) => {
    const under = await startDaemon(t);
    await under.assertServesNextPeer();
    const limits = readFileSync(`/proc/${await theReader()}/limits`, 'latin1');
    assert.match(limits, new RegExp(`^Max data size +${MOST} +${MOST} +bytes`, 'm'));
  });

  for (const kind of ['buffers', 'objects'])
    it(`ends the reader, and nothing else, if it becomes more: ${kind}`, async (t) => {
      const options = { ...READER_SANDBOX, ...ACCOUNT, stdio: STDIO };
      const inside = await Inside.of(t, startSandboxed(PROGRAM, options));
      let peak = 0;
      const timer = setInterval(() => {
        try {
          peak = Math.max(peak, peakOf(inside.pid) || 0);
        } catch {} // it has ended
      }, 20);
      t.after(() => clearInterval(timer));
      const said = await within(inside.tries('swell', kind), 'its end');
      assert.match(said, /^(SIG[A-Z]+|exit \d+|ERR_MEMORY_ALLOCATION_FAILED|RangeError: .*)$/);
      assert.ok(peak > 100 * MIB && peak < 1.2 * MOST, `${Math.round(peak / MIB)} MiB`);
    });
});
