import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, it, type TestContext } from 'node:test';
import type { Peer } from '../support/peer.ts';
import { inTime, SERVED_SECONDS } from './in-time.ts';
import { ATTACKED, SharedDaemon } from './shared-daemon.ts';

const FREEZER = '/sys/fs/cgroup/freezer';
const noFreezer = !existsSync(`${FREEZER}/cgroup.procs`) && 'needs the freezer of control groups, version 1';

/** Freezes a process until the test ends, or this process does. */
async function freeze(shared: SharedDaemon, pid: number): Promise<void> {
  const script = `
    mkdir "$1" && echo "$2" > "$1/cgroup.procs" && echo FROZEN > "$1/freezer.state" && echo frozen
    cat
    echo THAWED > "$1/freezer.state"
    until rmdir "$1"; do sleep 0.1; done 2> /dev/null`;
  const words = ['-c', script, 'sh', `${FREEZER}/rexec-spec-${pid}`, `${pid}`];
  const holder = spawn('sh', words, { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
  shared.beforeEnd(() => void holder.stdin!.end());
  const said = new Promise((resolve) => holder.stdout!.once('data', (text) => resolve(String(text))));
  assert.equal(await inTime(SERVED_SECONDS, 'the freezer', said), 'frozen\n');
}

/** Ways to be where SIGKILL does not reach: commands that write a byte first, and what puts them there then. */
const UNDYING = {
  'waits for its own file system': {
    skip: false,
    command: '/srv/bin/hold-stdio touch',
    put: (shared: SharedDaemon) => shared.unanswered(),
  },
  'is frozen': {
    skip: noFreezer,
    command: 'printf x; exec sleep 600',
    put: async (shared: SharedDaemon) => {
      await shared.inState('sleep', 'S');
      freeze(shared, (await shared.processes('sleep'))[0]!.pid);
    },
  },
} as const;

describe('a command that cannot die (A12)', ATTACKED, () => {
  for (const [why, { skip, command, put }] of Object.entries(UNDYING)) {
    const attacked = async (t: TestContext): Promise<[SharedDaemon, Peer]> => {
      const shared = await SharedDaemon.start(t, { programs: ['hold-stdio'] });
      const peer = await shared.ask('ada', command);
      assert.equal(await inTime(SERVED_SECONDS, 'a byte', peer.read(2)), '\0x');
      await put(shared);
      return [shared, peer];
    };

    it(`lets an order end its session when it ${why}`, { skip }, async (t) => {
      const [shared, peer] = await attacked(t);
      const [id = 'none'] = await shared.sessionsOf('ada');
      await shared.end(id);
      await shared.breaksOff(peer);
      await shared.until(
        'its session is no more',
        async () => !(await shared.sessionsOf('ada')).includes(id),
      );
      await shared.serves('bob');
      await shared.stops();
    });

    it(`lets the daemon stop when it ${why}`, { skip }, async (t) => {
      const [shared] = await attacked(t);
      await shared.stops();
    });
  }
});

describe('a log file that is a FIFO (A15)', ATTACKED, () => {
  const flags = ['--log-sinks', 'file', '--log-file', '/srv/log/fifo'];
  const script = 'mkdir -m 700 /srv/log; mkfifo /srv/log/fifo';

  it('delays no session and does not keep the daemon from stopping when it has no reader', async (t) => {
    const shared = await SharedDaemon.start(t, { flags, script });
    await shared.serves('bob');
    await shared.stops();
  });

  it('delays no session and does not keep the daemon from stopping when it is full', async (t) => {
    const reader = 'exec 3<> /srv/log/fifo; head -c 65536 /dev/zero >&3; exec sleep 600';
    const shared = await SharedDaemon.start(t, {
      flags,
      script: `${script}; (${reader}) > /dev/null 2>&1 &`,
    });
    for (let time = 0; time < 3; time += 1) await shared.serves('bob');
    await shared.stops();
  });
});
