import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { type Launcher, launcherNamed } from '../../../lib/launch/index.ts';
import { ownIdentity } from '../../../lib/login/index.ts';
import { CommandRun, type Job, prepare, type RunEvents, type Started } from '../../../lib/run/index.ts';
import { connectedSockets } from '../../support/peer.ts';

/** Each home is there when it is tried, and away when a command starts in it. */
const flickering = (launcher: Launcher, home: string): Launcher => ({
  async launch(launch) {
    rmSync(home, { recursive: true });
    try {
      return await launcher.launch(launch);
    } finally {
      mkdirSync(home);
    }
  },
});

for (const name of ['execa', 'posix-spawn'] as const)
  describe(`a home that is away whenever ${name} starts the command`, () => {
    for (const requireHome of [false, true])
      it(`${requireHome ? 'refuses the command if a home is required' : 'is replaced by /, with the cause'}`, async (t) => {
        const home = mkdtempSync(join(tmpdir(), 'rexecd-home-'));
        t.after(() => rmSync(home, { recursive: true }));
        const [connection, peer] = await connectedSockets(t);
        const job: Job = {
          session: 'one',
          grant: { identity: { ...ownIdentity(), home, shell: '/bin/sh' } },
          command: Buffer.from('pwd'),
          address: '127.0.0.1',
          options: { profile: false, requireHome, killSeconds: 1, drainSeconds: 1, idleSeconds: 0 },
          connection,
          early: Buffer.alloc(0),
          stderrSocket: undefined,
          muxed: undefined,
        };
        const heard: { started?: Started; error?: unknown } = {};
        const events: RunEvents = {
          started: (started) => {
            heard.started = started;
          },
          failed: (error) => {
            heard.error = error;
          },
          signaled() {},
          idle() {},
          stuck() {},
          ended() {},
        };
        const launcher = flickering(await launcherNamed(name), home);
        const run = new CommandRun(job, { launcher, prepare, limits: {} }, events);
        peer.end();
        const answer = await text(peer);
        await run.over;
        if (requireHome) {
          assert.equal(answer, '\x01No remote directory.\n');
          assert.equal((heard.error as { code?: string }).code, 'REXEC_NO_HOME');
        } else {
          assert.equal(answer, '\0/\n');
          assert.equal(heard.started?.directory, '/');
          assert.match(heard.started?.homeProblem ?? '', new RegExp(`^${home}: `));
        }
      });
  });
