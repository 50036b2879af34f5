import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type DaemonUnderTest, request, startDaemon, USER } from '../../support/daemon/daemon.ts';
import { noRedis, RedisServer } from '../../support/daemon/redis-server.ts';
import { eventually } from '../../support/peer.ts';

const BOUNDED = { timeout: 120_000 } as const;
const REFUSED = '\x01Login incorrect.\n';
const PAIR = `${USER} from 127.0.0.1`;
const wrong = `\0${USER}\0wrong\0id\0`;
const right = request('echo in');

const OPTIONS = { lockoutFailures: 2, lockoutSeconds: 600, refusalSeconds: 0.05 };

async function daemonOf(t: TestContext, redis: RedisServer, more = {}): Promise<DaemonUnderTest> {
  const daemon = await startDaemon(t, { ...OPTIONS, ...redis.settings(), ...more });
  await eventually(() => daemon.daemon.sharing.isUp === true, 'the daemon is connected to Redis');
  return daemon;
}

const lockedOutAt = async ({ daemon }: DaemonUnderTest): Promise<string[]> =>
  (await daemon.sharing.list()).map(({ subject }) => subject);

describe('lockouts that are shared on a Redis server', { ...BOUNDED, skip: noRedis }, () => {
  it('hold at every daemon, whichever counted the failures, until one of them ends them', async (t) => {
    const redis = await RedisServer.start(t);
    const [one, other] = [await daemonOf(t, redis), await daemonOf(t, redis)];
    assert.equal(await one.answer(right), '\0in\n');
    assert.equal(await one.answer(wrong), REFUSED);
    assert.equal(await other.answer(wrong), REFUSED);
    assert.deepEqual(
      other.events.all('lockedOut').map(({ subject }) => subject),
      [PAIR],
    );
    assert.equal(await one.answer(right), REFUSED);
    assert.equal((await one.events.seen('loginRefused', 1)).cause, `${PAIR} is locked out for another 600 s`);
    assert.deepEqual(await lockedOutAt(one), [PAIR]);
    assert.equal(await one.daemon.sharing.clear(PAIR), 1);
    assert.deepEqual(await lockedOutAt(other), []);
    assert.equal(await other.answer(right), '\0in\n');
    assert.equal(await other.answer(wrong), REFUSED);
    assert.deepEqual(await lockedOutAt(other), [], 'the failures before are forgotten');
    assert.equal(await one.answer(right), '\0in\n');
  });
});
