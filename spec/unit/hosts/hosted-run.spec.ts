import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Report } from '../../../lib/hosts/host-protocol.ts';
import { HostedRun } from '../../../lib/hosts/hosted-run.ts';
import { ownIdentity } from '../../../lib/login/index.ts';
import { BOUNDED } from '../../support/daemon/daemon.ts';
import { connectedSockets } from '../../support/peer.ts';

const ID = 'a1';
const OPTIONS = { profile: false, requireHome: false, killSeconds: 60, drainSeconds: 1, idleSeconds: 0 };
const STARTED = { say: 'started', id: ID, pid: 2 ** 30, directory: '/' } as const;
const ONCE: readonly Report[] = [
  { say: 'idle', id: ID },
  { say: 'stuck', id: ID, pid: 2 ** 30 },
];

describe('a run in a host that was taken over', BOUNDED, () => {
  for (const report of ONCE)
    it(`is reported to be ${report.say} once, and only while it is running`, async (t) => {
      const [connection] = await connectedSockets(t);
      const heard: string[] = [];
      const job = {
        ...{
          session: ID,
          grant: { identity: ownIdentity() },
          command: Buffer.from('true'),
          address: '127.0.0.1',
        },
        ...{
          options: OPTIONS,
          connection,
          early: Buffer.alloc(0),
          stderrSocket: undefined,
          muxed: undefined,
        },
      };
      const kinds = ['started', 'signaled', 'idle', 'stuck', 'ended', 'failed'] as const;
      const events = Object.fromEntries(kinds.map((kind) => [kind, () => heard.push(kind)]));
      const run = new HostedRun(
        job,
        events as unknown as ConstructorParameters<typeof HostedRun>[1],
        () => {},
      );
      const place = {
        pid: 7,
        say: () => {},
        pass: () => {},
        bytes: async () => undefined,
        abandon: () => {},
      };
      run.enter(place, () => {});
      for (const said of [report, STARTED, report, report, report]) run.hear(said);
      run.hear({ say: 'ended', id: ID, status: { type: 'exited', code: 0 } });
      run.hear(report);
      run.hear({ say: 'over', id: ID });
      await run.over;
      assert.deepEqual(heard, ['started', report.say, 'ended']);
    });
});
