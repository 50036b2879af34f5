import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inTime, SERVED_SECONDS } from './in-time.ts';
import { ATTACKED, SharedDaemon } from './shared-daemon.ts';

describe('a command that writes from a page of its own file system that never comes', ATTACKED, () => {
  it('delays no other user, and does not keep the daemon from stopping, while it runs and when its peer leaves', async (t) => {
    const shared = await SharedDaemon.start(t, { programs: ['hold-stdio'] });
    const one = await shared.ask('ada', '/srv/bin/hold-stdio write');
    await shared.unanswered();
    const [two] = await shared.askWithChannel('ada', '/srv/bin/hold-stdio write >&2');
    await shared.serves('bob', 'while they run');
    one.reset();
    two.reset();
    await shared.serves('bob', 'when their peers are gone');
    await shared.stops();
  });

  it('delays no other user when its shell has ended and its session is ended by order', async (t) => {
    const shared = await SharedDaemon.start(t, { programs: ['hold-stdio'] });
    await shared.ask('ada', '/srv/bin/hold-stdio write & exit 3');
    await shared.unanswered();
    await shared.serves('bob', 'when its shell has ended');
    for (const id of await shared.sessionsOf('ada')) await shared.end(id);
    await shared.serves('bob', 'after the order');
    await shared.stops();
  });
});

describe('a command that reads into a page of its own file system that never comes', ATTACKED, () => {
  it('delays no other user, and does not keep the daemon from stopping, while its peer sends more and when it leaves', async (t) => {
    const shared = await SharedDaemon.start(t, { programs: ['hold-stdio'] });
    const early = await shared.ask('ada', '/srv/bin/hold-stdio read\0with the request');
    const late = await shared.ask('ada', '/srv/bin/hold-stdio read');
    assert.equal(await inTime(SERVED_SECONDS, 'a byte', late.read(2)), '\0x');
    for (let time = 0; time < 4; time += 1) await late.send(Buffer.alloc(50_000));
    await shared.unanswered(2);
    for (const peer of [early, late]) peer.socket.write(Buffer.alloc(200_000));
    await shared.serves('bob', 'while it runs');
    early.reset();
    late.halfClose();
    await shared.serves('bob', 'when one peer is gone and one at its end');
    await shared.stops();
  });
});

describe('a user with many commands that write from such pages', ATTACKED, () => {
  it('harms no other user, and makes the daemon start a bounded number of processes', async (t) => {
    const shared = await SharedDaemon.start(t, { programs: ['hold-stdio'] });
    const before = (await shared.processes()).length;
    for (let time = 0; time < 12; time += 1) {
      const peer = await shared.ask('ada', '/srv/bin/hold-stdio write');
      if (time % 3 === 0) peer.reset();
    }
    await shared.unanswered();
    await shared.serves('bob');
    await shared.serves('bob');
    const ours = (await shared.processes()).filter(({ name }) => !/^(hold-stdio|sh)$/.test(name));
    assert.ok(ours.length <= before + 8, `${ours.length} processes, ${before} before`);
    await shared.stops();
  });
});

describe('a command whose own words are on a page that never comes', ATTACKED, () => {
  it('delays no other user and no order, and does not keep the daemon from stopping', async (t) => {
    const shared = await SharedDaemon.start(t, { programs: ['hide-words'] });
    await shared.ask('ada', 'exec /srv/bin/hide-words');
    await shared.inState('hide-words', 'S');
    assert.notDeepEqual(await shared.sessionsOf('ada'), []);
    await shared.serves('bob');
    for (const id of await shared.sessionsOf('ada')) await shared.end(id);
    await shared.serves('bob');
    await shared.stops();
  });
});
