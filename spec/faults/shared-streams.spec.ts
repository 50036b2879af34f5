import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { inTime, SERVED_SECONDS } from './in-time.ts';
import { ATTACKED, SharedDaemon } from './shared-daemon.ts';

describe('a command that makes its stdin and stdout blocking, again and again (A1)', ATTACKED, () => {
  it('delays no one when its shell has ended and its peer sends no more', async (t) => {
    const shared = await SharedDaemon.start(t, { programs: ['clear-nonblock'] });
    const command = `exec 5<&0; setsid /srv/bin/clear-nonblock 110 <&5 2>/dev/null & echo ready
      until [ -e /srv/shared/go ]; do sleep 0.05; done`;
    const peer = await shared.ask('ada', command);
    assert.equal(await inTime(SERVED_SECONDS, 'ready', peer.read(7)), '\0ready\n');
    await peer.send(Buffer.alloc(65_536));
    writeFileSync(shared.machine.outside('/srv/shared/go'), '');
    await shared.serves('bob');
    await shared.serves('ada');
    await shared.stops();
  });
});

describe('a command that sets SO_LINGER on its stdout (A2)', ATTACKED, () => {
  it('delays no one when its peer does not read what it wrote', async (t) => {
    const shared = await SharedDaemon.start(t, { programs: ['linger'] });
    const peer = await shared.ask('ada', '/srv/bin/linger 86400; : > /srv/shared/ended');
    assert.equal(await inTime(SERVED_SECONDS, 'the acceptance', peer.read(1)), '\0');
    await shared.appears('/srv/shared/ended');
    await shared.serves('bob');
    await shared.serves('ada');
    await shared.stops();
  });
});

describe('a command that sends a descriptor over its streams (A14)', ATTACKED, () => {
  it('delays no one when they are its stdout and its stdin has arrived early', async (t) => {
    const shared = await SharedDaemon.start(t, { programs: ['send-descriptor'] });
    const peer = await shared.ask('ada', '/srv/bin/send-descriptor 1; : > /srv/shared/sent\0early stdin');
    peer.halfClose();
    const answer = peer.toEnd();
    await shared.appears('/srv/shared/sent');
    await shared.serves('bob');
    assert.match(await inTime(SERVED_SECONDS, 'the answer', answer), /^\0(?:sent\n)*word\n$/);
    await shared.stops();
  });

  it('delays no one when they are its stderr', async (t) => {
    const shared = await SharedDaemon.start(t, { programs: ['send-descriptor'] });
    const [peer, channel] = await shared.askWithChannel(
      'ada',
      '/srv/bin/send-descriptor 2; : > /srv/shared/sent',
    );
    const answer = Promise.all([peer.toEnd(), channel.toEnd()]);
    await shared.appears('/srv/shared/sent');
    await shared.serves('bob');
    const [stdout, stderr] = await inTime(SERVED_SECONDS, 'the answer', answer);
    assert.equal(stdout, '\0');
    assert.match(stderr, /^(?:sent\n)*word\n\0exit 0\n$/);
    await shared.stops();
  });
});
