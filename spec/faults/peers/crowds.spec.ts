import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inTime, SERVED_SECONDS } from '../in-time.ts';
import { ATTACKED, SharedDaemon } from '../shared-daemon.ts';

describe('a machine with more processes than the daemon may have descriptors (A9)', ATTACKED, () => {
  it('resets no session while a background job of another session is still running', async (t) => {
    const shared = await SharedDaemon.start(t, {
      programs: ['crowd'],
      through: ['prlimit', '--nofile=1024:1024'],
    });
    const crowd = shared.machine.start('/srv/bin/crowd', '1300');
    const missing = new Promise((resolve) => crowd.stdout!.once('data', (text) => resolve(String(text))));
    assert.equal(await inTime(SERVED_SECONDS, 'the crowd', missing), '0 missing\n');
    const attack = await shared.ask('ada', '(sleep 4; echo late) & echo now');
    assert.equal(await inTime(SERVED_SECONDS, 'now', attack.read(5)), '\0now\n');
    for (let time = 0; time < 4; time += 1)
      await Promise.all(Array.from({ length: 4 }, () => shared.serves('bob', `time ${time}`)));
    await shared.stops();
  });
});

describe('a daemon that is the first process of its namespace (A11)', ATTACKED, () => {
  it('reaps the orphans of commands', async (t) => {
    const through = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child'];
    const shared = await SharedDaemon.start(t, { through });
    for (let time = 0; time < 4; time += 1) {
      const ten = Array.from({ length: 10 }, () => shared.answer('ada', '(sleep 0.3 &) >/dev/null 2>&1'));
      assert.deepEqual(new Set(await Promise.all(ten)), new Set(['\0']));
    }
    const left = async () => (await shared.processes()).filter(({ name }) => name === 'sleep').length;
    await shared.until('no orphan is left, dead or alive', async () => (await left()) === 0);
    await shared.serves('bob');
    await shared.stops();
  });
});
