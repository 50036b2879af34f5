import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type DaemonUnderTest, request, startDaemon, USER } from '../../support/daemon/daemon.ts';
import { GRANTED, noRedis, RedisServer } from '../../support/daemon/redis-server.ts';
import { eventually } from '../../support/peer.ts';

const BOUNDED = { timeout: 120_000 } as const;
/** Commands of this spec, and of every connection. */
const SPECS = ['auth', 'keys', 'type', 'zrange', 'info', 'hello', 'select'];
const TRY_AGAIN = '\x01Try again.\n';
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

  it('last twice as long each time, whichever daemon begins them', async (t) => {
    const redis = await RedisServer.start(t);
    const short = { lockoutSeconds: 0.2 };
    const [one, other] = [await daemonOf(t, redis, short), await daemonOf(t, redis, short)];
    for (let n = 0; n < 2; n += 1) await one.answer(wrong);
    assert.equal(await other.answer(right), REFUSED);
    await eventually(async () => (await lockedOutAt(other)).length === 0, 'the first lockout ends');
    assert.equal(await other.answer(wrong), REFUSED);
    assert.equal((await other.events.seen('lockedOut')).failures, 3);
    assert.equal(other.daemon.lockout.list()[0]!.times, 2);
  });

  it('do not stop a pair that has logged in to another daemon when others guess at its user', async (t) => {
    const redis = await RedisServer.start(t);
    const [one, other] = [await daemonOf(t, redis), await daemonOf(t, redis)];
    assert.equal(await one.answer(right), '\0in\n');
    for (let n = 0; n < 10; n += 1) await one.answer(wrong, `127.0.5.${n + 1}`);
    assert.ok((await lockedOutAt(other)).includes(`user ${USER}`));
    assert.equal(await other.answer(right), '\0in\n');
    assert.equal(await other.answer(right, '127.0.6.1'), REFUSED);
  });

  it('follow the settings to another server, or to none, without a restart', async (t) => {
    const [first, second] = [await RedisServer.start(t), await RedisServer.start(t)];
    const daemon = await daemonOf(t, first);
    for (let n = 0; n < 2; n += 1) await daemon.answer(wrong);
    const settings = daemon.daemon.settings;
    await daemon.daemon.reload({ ...settings, ...second.settings() });
    const another = await daemonOf(t, second);
    await eventually(async () => (await lockedOutAt(another)).length === 1, 'the other server has it');
    await daemon.daemon.reload({ ...settings, sharedLockouts: '' });
    assert.equal(daemon.daemon.sharing.isUp, undefined);
    assert.equal(await another.daemon.sharing.clear(), 1);
    assert.equal(await daemon.answer(right), REFUSED, 'it is on its own again');
    const wrongFile = { ...settings, sharedLockoutsPassword: '/no/such/file' };
    await assert.rejects(daemon.daemon.reload(wrongFile), /lockout.sharedLockoutsPassword: .*no such file/);
    assert.equal(daemon.daemon.sharing.isUp, undefined);
  });

  it('are on the server without a name or an address, by the commands alone that docs/fleet.md grants', async (t) => {
    const redis = await RedisServer.start(t);
    const daemon = await daemonOf(t, redis, { maxSharedConnections: 10 });
    assert.equal(await daemon.answer(right), '\0in\n');
    for (let n = 0; n < 2; n += 1) await daemon.answer(wrong);
    assert.deepEqual(await lockedOutAt(daemon), [PAIR]);
    const keys = (await redis.ask('KEYS', '*')) as string[];
    assert.ok(keys.length > 4, keys.join());
    const values = await Promise.all(
      keys.map(async (key) => {
        const isText = (await redis.ask('TYPE', key)) === 'string';
        return isText ? redis.ask('GET', key) : redis.ask('ZRANGE', key, '0', '-1');
      }),
    );
    assert.doesNotMatch(JSON.stringify([keys, values]), new RegExp(`${USER}|127\\.0`));
    for (const key of keys) assert.ok(Number(await redis.ask('PTTL', key)) > 0, `${key} expires`);
    await daemon.daemon.sharing.clear();
    await eventually(async () => (await redis.ask('ZCARD', 'rexecd:places')) === 0, 'no place is taken');
    const stats = String(await redis.ask('INFO', 'commandstats'));
    const used = [...stats.matchAll(/^cmdstat_(\w+):.*rejected_calls=0/gm)].map(([, command]) => command!);
    const ours = used.filter((each) => !SPECS.includes(each));
    assert.deepEqual(ours.sort(), [...GRANTED].sort());
    assert.doesNotMatch(stats, /rejected_calls=[1-9]/);
  });
});

const ONLY = { maxSharedConnections: 1 };

describe('a ceiling that is shared on a Redis server', { ...BOUNDED, skip: noRedis }, () => {
  it('holds for the connections of all daemons together', async (t) => {
    const redis = await RedisServer.start(t);
    const two = { maxSharedConnections: 2 };
    const [one, other] = [await daemonOf(t, redis, two), await daemonOf(t, redis, two)];
    const first = await one.run('cat');
    await other.run('cat');
    assert.equal(await one.answer(right), TRY_AGAIN);
    assert.equal(
      (await one.events.seen('connectionRefused')).cause,
      'all 2 connections of all daemons are in use (limits.maxSharedConnections)',
    );
    first.halfClose();
    assert.equal(await first.toEnd(), '');
    await eventually(async () => (await other.answer(right)) === '\0in\n', 'the place is free');
  });

  it('has the places of its sessions again after a server that has forgotten them, and ends none', async (t) => {
    const redis = await RedisServer.start(t);
    const daemon = await daemonOf(t, redis, ONLY);
    const session = await daemon.run('cat');
    await redis.kill();
    await eventually(() => daemon.daemon.sharing.isUp === false, 'the server is away');
    assert.equal(await daemon.answer(right), '\0in\n', 'the own limits alone hold meanwhile');
    await redis.startAgain();
    await daemon.events.seen('sharedLockoutsBack');
    await eventually(async () => (await redis.ask('ZCARD', 'rexecd:places')) === 1, 'the place is leased');
    assert.equal(await daemon.answer(right), TRY_AGAIN);
    await session.send('still here\n');
    assert.equal(await session.read(11), 'still here\n');
  });

  it('renews the places of sessions, and has those of a dead daemon free when their leases end', async (t) => {
    const redis = await RedisServer.start(t);
    const [one, other] = [await daemonOf(t, redis, ONLY), await daemonOf(t, redis, ONLY)];
    await one.run('cat');
    const lease = async () => {
      const [whose, end] = (await redis.ask('ZRANGE', 'rexecd:places', '0', '0', 'WITHSCORES')) as string[];
      return { whose: whose!, end: Number(end) };
    };
    const { whose, end } = await lease();
    const [seconds] = (await redis.ask('TIME')) as string[];
    assert.ok(end - Number(seconds) * 1000 <= 31_000, 'a lease of 30 seconds');
    await eventually(async () => (await lease()).end >= end + 9_000, 'it is renewed');
    assert.equal(await other.answer(right), TRY_AGAIN);
    await redis.ask('ZADD', 'rexecd:places', `${seconds}000`, whose); // it ended, and nobody renewed it
    assert.equal(await other.answer(right), '\0in\n');
  });
});
