import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { inTime, SERVED_SECONDS } from './in-time.ts';
import { ATTACKED, SharedDaemon } from './shared-daemon.ts';

const parentOf = (pid: number): number =>
  Number(/^PPid:\t(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))![1]);

/** A session of a user, and the process that runs it, which is stopped. */
async function stopped(shared: SharedDaemon, user: string) {
  const peer = await shared.ask(user, 'echo ready; exec sleep 600');
  assert.equal(await inTime(SERVED_SECONDS, 'ready', peer.read(7)), '\0ready\n');
  await shared.inState('sleep', 'S');
  const [command] = await shared.processes('sleep');
  const runner = parentOf(command!.pid);
  process.kill(runner, 'SIGSTOP');
  return { peer, command: command!.pid, runner };
}

describe('a user who keeps stopping every process within reach (A3)', ATTACKED, () => {
  it('delays no other user, even when the same user logs in meanwhile', async (t) => {
    const shared = await SharedDaemon.start(t, { programs: ['stop-all'] });
    const attack = await shared.ask('ada', 'setsid /srv/bin/stop-all 110 </dev/null >/dev/null 2>&1 &');
    await shared.inState('stop-all', 'R');
    for (let time = 0; time < 3; time += 1) {
      const logins = Array.from({ length: 4 }, () => shared.ask('ada', 'echo in'));
      await inTime(SERVED_SECONDS, 'connections', Promise.all(logins));
      await shared.serves('bob', `after ${4 * (time + 1)} logins of ada`);
    }
    attack.reset();
    await shared.serves('bob');
    await shared.stops();
  });
});

describe('a user who stops every process within reach once', ATTACKED, () => {
  it('stops no other user, and loses no data when the processes are continued', async (t) => {
    const shared = await SharedDaemon.start(t);
    const running = await shared.ask('ada', 'echo ready; cat');
    assert.equal(await inTime(SERVED_SECONDS, 'ready', running.read(7)), '\0ready\n');
    await shared.ask('ada', 'kill -STOP -1');
    await shared.inState('cat', 'T');
    await shared.serves('bob');
    assert.notDeepEqual(await shared.sessionsOf('ada'), []);
    await running.send('while it was stopped\n');
    for (const { pid, state } of await shared.processes()) if (state === 'T') process.kill(pid, 'SIGCONT');
    assert.equal(await inTime(SERVED_SECONDS, 'the echo', running.read(21)), 'while it was stopped\n');
    await shared.serves('ada');
    await shared.stops();
  });
});

describe('a user who kills every process within reach', ATTACKED, () => {
  it("ends only that user's sessions, and can log in again at once", async (t) => {
    const shared = await SharedDaemon.start(t);
    const others = await shared.ask('bob', 'echo ready; cat');
    const own = await Promise.all([
      shared.ask('ada', 'echo ready; cat'),
      shared.ask('ada', 'echo ready; cat'),
    ]);
    for (const peer of [...own, others])
      assert.equal(await inTime(SERVED_SECONDS, 'ready', peer.read(7)), '\0ready\n');
    await shared.ask('ada', 'kill -KILL -1');
    await Promise.all(own.map((peer) => shared.breaksOff(peer)));
    const lost = await inTime(SERVED_SECONDS, 'the event', shared.daemon.seen(/REXECD-406 .*user="ada"/));
    assert.match(lost, /cause="host ended: SIGKILL"/);
    assert.doesNotMatch(shared.daemon.events.join('\n'), /REXECD-401/, 'they had been started');
    await shared.serves('ada');
    await shared.until('ada has no session', async () => (await shared.sessionsOf('ada')).length === 0);
    await others.send('still here\n');
    others.halfClose();
    assert.equal(await inTime(SERVED_SECONDS, 'the session of bob', others.toEnd()), 'still here\n');
    await shared.stops();
  });
});

describe('the process that runs the sessions of a user, stopped (A13)', ATTACKED, () => {
  it('delays no other user and no order, can be ended by order, and does not keep the daemon from stopping', async (t) => {
    const shared = await SharedDaemon.start(t);
    const { peer, command } = await stopped(shared, 'ada');
    await shared.serves('bob');
    const [id = 'none'] = await shared.sessionsOf('ada');
    await shared.end(id);
    await shared.breaksOff(peer);
    await shared.gone(command);
    await shared.serves('bob');
    await shared.stops();
  });
});

describe(
  'the process that runs the sessions of a user, killed when the next one is on its way there',
  ATTACKED,
  () => {
    it('loses no session that it has not taken', async (t) => {
      const shared = await SharedDaemon.start(t);
      const { peer: running, runner } = await stopped(shared, 'ada');
      const next = await shared.askWithChannel('ada', 'cat; echo err >&2');
      await next[0].send('sent before');
      next[0].halfClose();
      await inTime(SERVED_SECONDS, 'the second login', shared.daemon.seen(/REXECD-301 .*user="ada"/, 1));
      process.kill(runner, 'SIGKILL');
      await shared.breaksOff(running);
      const answers = Promise.all(next.map((peer) => peer.toEnd()));
      const whole = await inTime(SERVED_SECONDS, 'the session', answers);
      assert.deepEqual(whole, ['\0sent before', 'err\n\0exit 0\n']);
      await shared.stops();
    });
  },
);

describe('a user who tampers with the processes above a command', ATTACKED, () => {
  it('cannot trace them or read their memory or environment', async (t) => {
    const shared = await SharedDaemon.start(t, { programs: ['reach-above'] });
    const peer = await shared.ask('ada', '/srv/bin/reach-above trace');
    assert.equal(await inTime(SERVED_SECONDS, 'the attempt', peer.read(7)), '\0tried\n');
    await shared.serves('bob');
    await shared.stops();
  });

  it('harms no other user by lowering their limits', async (t) => {
    const shared = await SharedDaemon.start(t, { programs: ['reach-above'] });
    const peer = await shared.ask('ada', 'exec /srv/bin/reach-above limit');
    const answer = await inTime(
      SERVED_SECONDS,
      'the attempt',
      peer.toEnd().catch(() => 'lost'),
    );
    if (!answer.includes('limits')) t.diagnostic('there is none whose limits the user may set');
    for (let time = 0; time < 3; time += 1) await shared.ask('ada', 'echo in');
    await shared.serves('bob');
    await shared.stops();
  });
});
