import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ReaderProcess } from '../../../lib/readers/reader-process.ts';
import { READER_SANDBOX } from '../../../lib/readers/start-reader.ts';
import { startSandboxed } from '../../../lib/sandbox/index.ts';
import { BOUNDED } from '../../support/daemon/daemon.ts';
import { connectedSockets, within } from '../../support/peer.ts';
import { notRoot } from '../../support/program.ts';
import { ACCOUNT, noSandbox } from '../sandbox/inside.ts';

const PROGRAM = fileURLToPath(new URL('../../support/programs/taken-over.ts', import.meta.url));
const OPTIONS = { requestSeconds: 60, drainSeconds: 0, lowestStderrPort: 512 };
const OF_NODE = 48;
const ROOM = 6;

describe('a reader that has no room for one more connection', {
  ...BOUNDED,
  skip: notRoot || noSandbox,
}, () => {
  for (const [secure, visits] of [
    [false, ROOM],
    [true, ROOM / 3],
  ] as const)
    it(`gets ${visits} of ${secure ? 'TLS' : 'clear text'}, the others are refused, and it lives`, async (t) => {
      const limits = { ...READER_SANDBOX.limits, nofile: `${OF_NODE + ROOM}:${OF_NODE + ROOM}` };
      const words = ['keeps every connection'];
      const reader: ReaderProcess = new ReaderProcess({
        start: () => startSandboxed(PROGRAM, { ...READER_SANDBOX, ...ACCOUNT, limits, words }),
        descriptors: OF_NODE + ROOM,
        wait: 0,
        misbehaved: () => {},
        ended: () => {},
        turnAway: async () => {},
      });
      t.after(() => reader.end());
      const open = Array.from({ length: visits + 2 }, async (_, index) => {
        const [accepted] = await connectedSockets(t);
        return reader.visit(`a${index}`, accepted, secure, OPTIONS);
      });
      const all = await Promise.all(open);
      const refused = all.slice(visits).map((visit) => visit.receive(() => undefined));
      for (const each of refused)
        await assert.rejects(within(each, 'a refusal'), {
          code: 'REXEC_BUSY',
          message: /no descriptor left/,
        });
      assert.deepEqual(
        all.map(({ state }) => state),
        [...Array(visits).fill('receiving'), 'over', 'over'],
      );
      assert.ok(reader.usable);
    });
});
