import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import type { Peer } from '../../support/peer.ts';
import { inTime, SERVED_SECONDS, STOPPED_SECONDS } from '../in-time.ts';
import { ATTACKED, SharedDaemon } from '../shared-daemon.ts';

const PROGRAMS = [
  ...['clear-nonblock', 'linger', 'send-descriptor', 'hold-stdio', 'hide-words'],
  ...['crowd', 'exchange', 'reach-above', 'stop-all'],
];

/** What ada asks for, each in a session of its own that sends more input and reads nothing. */
const ATTACKS = [
  'exec 5<&0; setsid nice -n 19 clear-nonblock 110 <&5 2>/dev/null & sleep 0.2',
  'linger 86400',
  'send-descriptor 1',
  'send-descriptor 2',
  'exec hide-words',
  'crowd 150 & exec >&- 2>&- <&-; sleep 110',
  'mkdir here; ln -s / there; exec nice -n 19 exchange here there 110',
  'reach-above trace',
  'yes',
  'while :; do (sleep 1 &) done & sleep 3; kill $!',
  'trap "" 1 2 3 15; echo; sleep 110 & wait',
  'hold-stdio touch',
  'hold-stdio write',
  'hold-stdio write >&2 & exit 1',
  'hold-stdio read',
  'reach-above limit',
] as const;
const BULK = Buffer.alloc(4_000_000, 'what bob sends must come back as it was\n');
const digestOf = (bytes: Buffer): [number, string] => [
  bytes.length,
  createHash('md5').update(bytes).digest('hex'),
];

describe('a user who attacks in every way at once', ATTACKED, () => {
  it(`delays no session of another user by ${SERVED_SECONDS} s, changes none, and does not delay the stop by ${STOPPED_SECONDS} s`, async (t) => {
    const shared = await SharedDaemon.start(t, { programs: PROGRAMS });
    const path = 'ulimit -u 400; PATH=/srv/bin:$PATH; ';
    const attack = async (command: string, index: number): Promise<Peer> => {
      const [peer] =
        index % 2 === 0
          ? [await shared.ask('ada', path + command)]
          : await shared.askWithChannel('ada', path + command);
      peer.socket.write(Buffer.alloc(65_536));
      return peer;
    };
    const long = await shared.ask('bob', 'echo ready; cat');
    assert.equal(await inTime(SERVED_SECONDS, 'ready', long.read(7)), '\0ready\n');
    const echoed = long.digest();
    long.socket.write(BULK);
    const kept = await shared.ask('bob', 'read line; echo "$line"; exit 4');

    const peers = await inTime(SERVED_SECONDS, 'all attacks', Promise.all(ATTACKS.map(attack)));
    for (let time = 0; time < 3; time += 1) await shared.serves('bob', `under attack, time ${time}`);
    for (const peer of peers.slice(0, 6)) peer.reset();
    for (const peer of peers.slice(6)) peer.halfClose();
    await shared.serves('bob', 'when some peers of ada are gone');

    await shared.ask('ada', 'setsid /srv/bin/stop-all 110 </dev/null >/dev/null 2>&1 &');
    for (let time = 0; time < 4; time += 1) await shared.ask('ada', 'echo in');
    for (let time = 0; time < 2; time += 1) await shared.serves('bob', 'when ada stops her own');
    await shared.ask('ada', 'kill -KILL -1');
    await shared.serves('bob', 'when ada has killed her own');
    assert.notDeepEqual(await shared.sessionsOf('bob'), []);

    long.halfClose();
    assert.deepEqual(await inTime(SERVED_SECONDS, 'the long session of bob', echoed), digestOf(BULK));
    await kept.send('kept\n');
    assert.equal(await inTime(SERVED_SECONDS, 'the other session of bob', kept.toEnd()), '\0kept\n');
    await shared.stops();
  });
});
