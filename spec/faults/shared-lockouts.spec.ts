import assert from 'node:assert/strict';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { describe, it, type TestContext } from 'node:test';
import { Sharing } from '../../lib/daemon/sharing.ts';
import { type DaemonUnderTest, request, startDaemon, USER } from '../support/daemon/daemon.ts';
import { Cable, noRedis, RedisServer } from '../support/daemon/redis-server.ts';
import { eventually } from '../support/peer.ts';

const LONG = { timeout: 240_000 } as const;
/** A login waits for three answers at most, and 250 ms in all (docs/fleet.md). */
const ANSWER_MS = 80;
/** However busy the machine is: a server that is away is known to be so after 2 s. */
const BUSY_MS = 1000;
/** Of a wait that is none. */
const NOTHING_MS = 10;

/** One after another. */
const LOGINS = 100;

const REFUSED = '\x01Login incorrect.\n';
const TRY_AGAIN = '\x01Try again.\n';
const wrong = (user: string) => `\0${user}\0wrong\0id\0`;
const right = request('echo in');
const OPTIONS = { lockoutFailures: 100, lockoutSeconds: 600, refusalSeconds: 0, maxSharedConnections: 1000 };
const LOCKED_FROM = '127.0.3.1';
const PAIR = `${USER} from ${LOCKED_FROM}`;

/** A daemon that has a place on the server. */
async function daemonOf(
  t: TestContext,
  redis: RedisServer,
  { port = redis.port, ...more }: { port?: number; [setting: string]: unknown } = {},
): Promise<DaemonUnderTest> {
  const daemon = await startDaemon(t, { ...OPTIONS, ...redis.settings(port), ...more });
  await isUp(daemon);
  return daemon;
}

const isUp = ({ daemon }: DaemonUnderTest): Promise<void> =>
  eventually(() => daemon.sharing.isUp === true, 'the daemon is connected to Redis');

async function lockOut(daemon: DaemonUnderTest): Promise<void> {
  await Promise.all(Array.from({ length: 100 }, () => daemon.answer(wrong(USER), LOCKED_FROM)));
  assert.deepEqual(
    daemon.daemon.lockout.list().map(({ subject }) => subject),
    [PAIR],
  );
}

/** A daemon tells the server after it has refused the login, and another one may be asked before. */
async function knows(daemon: DaemonUnderTest): Promise<void> {
  await eventually(async () => (await daemon.daemon.sharing.list()).length > 0, 'the lockout is heard of');
}

async function assertLockedOut(daemon: DaemonUnderTest): Promise<void> {
  assert.equal(await daemon.answer(right, LOCKED_FROM), REFUSED);
  const theirs = daemon.events
    .all('loginRefused')
    .filter(({ peer }) => String(peer).startsWith(`${LOCKED_FROM}:`));
  assert.match(String(theirs.at(-1)!.cause), new RegExp(`^${PAIR} is locked out`));
}

/** Times how long the logins of a daemon wait for the server, and how late this process is meanwhile. */
class Waits {
  longest = 0; // ms
  readonly #lateness = monitorEventLoopDelay({ resolution: 1 });

  constructor({ daemon: { sharing } }: DaemonUnderTest) {
    const timed =
      <A extends unknown[], R>(work: (...given: A) => R) =>
      async (...given: A): Promise<Awaited<R>> => {
        const begin = performance.now();
        try {
          return await work(...given);
        } finally {
          this.longest = Math.max(this.longest, performance.now() - begin);
        }
      };
    const ceiling = { enter: timed(() => Reflect.get(Sharing.prototype, 'ceiling', sharing)!.enter()) };
    Object.defineProperty(sharing, 'ceiling', { get: () => ceiling });
    sharing.blocks = timed(sharing.blocks.bind(sharing));
    sharing.failed = timed(sharing.failed.bind(sharing));
    this.#lateness.enable();
  }

  get mayBe(): number {
    const late = this.#lateness.max / 1e6;
    return Math.min(ANSWER_MS + NOTHING_MS + 2 * late, BUSY_MS); // a timer, then a turn of the loop
  }

  restart(): void {
    this.longest = 0;
    this.#lateness.reset();
  }
}

/** Peers that guess, each as somebody else, one login after the other; the times of their logins in milliseconds. */
class Load {
  readonly times: number[] = [];
  #isOver = false;
  readonly #workers: Promise<unknown>;

  constructor(daemon: DaemonUnderTest, answers: readonly string[]) {
    const work = async (address: string) => {
      for (let n = 0; !this.#isOver; n += 1) {
        const begin = performance.now();
        const answer = await daemon.answer(wrong(`user${n}`), address);
        this.times.push(performance.now() - begin);
        assert.ok(answers.includes(answer), answer);
      }
    };
    this.#workers = Promise.all(Array.from({ length: 8 }, (_, index) => work(`127.0.4.${index + 1}`)));
    this.#workers.catch(() => {}); // see end()
  }

  /** Resolves after as many more logins. */
  async more(logins: number): Promise<void> {
    const enough = this.times.length + logins;
    await Promise.race([this.#workers, eventually(() => this.times.length >= enough, 'the peers logged in')]);
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#workers;
  }
}

/** How a server goes away while peers log in, and comes back. */
interface Fault {
  readonly begin: (redis: RedisServer, cable: Cable) => Promise<void> | void;
  readonly end: (redis: RedisServer, cable: Cable) => Promise<void> | void;
  readonly cause: RegExp;
}

const FAULTS: Readonly<Record<string, Fault>> = {
  'is killed, and forgets everything': {
    begin: (redis) => redis.kill(),
    end: (redis) => redis.startAgain(),
    cause: /closed|refused|reset/i,
  },
  'is stopped': {
    begin: (redis) => redis.signal('SIGSTOP'),
    end: (redis) => redis.signal('SIGCONT'),
    cause: /^no answer within 2 s$/,
  },
  'is cut off': {
    begin: (_, cable) => cable.cut(),
    end: (_, cable) => cable.mend(),
    cause: /^no answer within 2 s$/,
  },
};

describe('a Redis server that lockouts are shared on', { ...LONG, skip: noRedis }, () => {
  for (const [how, { begin, end, cause }] of Object.entries(FAULTS))
    it(`keeps no login waiting when it ${how} under load, and no lockout ends`, async (t) => {
      const redis = await RedisServer.start(t);
      const cable = await Cable.to(t, redis.port);
      const [one, other] = [await daemonOf(t, redis, { port: cable.port }), await daemonOf(t, redis)];
      await lockOut(one);
      await knows(other);
      await assertLockedOut(other);
      const load = new Load(one, [REFUSED]);
      await load.more(100);
      const waits = new Waits(one);
      load.times.splice(0);
      await load.more(200);
      const calm = Math.max(...load.times.splice(0));
      waits.restart();
      await begin(redis, cable);
      const { cause: told } = await one.events.seen('sharedLockoutsAway');
      await load.more(200);
      const { longest, mayBe } = waits;
      const [waited, most, slowest, before] = [longest, mayBe, Math.max(...load.times), calm].map(Math.round);
      const figures = `waited ${waited} ms for an answer, ${most} at most; slowest login ${slowest} ms, ${before} before`;
      t.diagnostic(`when it ${how}: ${figures}`);
      assert.ok(longest <= mayBe, figures);
      assert.match(String(told), cause);
      await assertLockedOut(one);
      await assertLockedOut(other);
      await end(redis, cable);
      await one.events.seen('sharedLockoutsBack');
      await load.end();
      const third = await daemonOf(t, redis);
      await eventually(
        async () => (await third.daemon.sharing.list()).length === 1,
        'a new daemon learns of the lockout',
      );
      await assertLockedOut(third);
      assert.equal(one.events.all('sharedLockoutsAway').length, 1);
      assert.equal(await one.answer(right, '127.0.3.2'), '\0in\n');
    });

  it('keeps one login waiting, and not the next ones, when it answers later than they may wait', async (t) => {
    const redis = await RedisServer.start(t);
    const cable = await Cable.to(t, redis.port);
    const daemon = await daemonOf(t, redis, { port: cable.port });
    // By commands that the questions of logins run: for a place, who is locked out, and to count a failure.
    const asked = async () =>
      [
        ...String(await redis.ask('INFO', 'commandstats')).matchAll(
          /^cmdstat_(zcard|mget|incrby):calls=(\d+)/gm,
        ),
      ]
        .map(([, , calls]) => Number(calls))
        .reduce((sum, calls) => sum + calls, 0);
    const before = await asked();
    cable.slow(1.5 * ANSWER_MS);
    for (let n = 0; n < LOGINS; n += 1) assert.equal(await daemon.answer(wrong(`user${n}`)), REFUSED);
    const meanwhile = (await asked()) - before;
    t.diagnostic(`${LOGINS} logins asked ${meanwhile} times`);
    assert.ok(meanwhile < LOGINS / 5, `${meanwhile} questions`);
    assert.deepEqual(daemon.events.all('sharedLockoutsAway'), []);
    cable.slow(0);
    await eventually(async () => {
      assert.equal(await daemon.answer(wrong('another')), REFUSED);
      return (await asked()) > before + meanwhile;
    }, 'it is asked again');
  });

  it('lets nobody in while it is away if it is to refuse, and says so in a line that everyone may read', async (t) => {
    const redis = await RedisServer.start(t);
    const ceiling = await daemonOf(t, redis, { sharedLockoutsAway: 'refuse' });
    const logins = await daemonOf(t, redis, { sharedLockoutsAway: 'refuse', maxSharedConnections: 0 });
    for (const each of [ceiling, logins]) assert.equal(await each.answer(right), '\0in\n');
    await redis.kill();
    for (const each of [ceiling, logins]) assert.equal(await each.answer(right), TRY_AGAIN);
    const { cause: place } = await ceiling.events.seen('connectionRefused');
    assert.match(
      String(place),
      /127\.0\.0\.1 port \d+ is away \(lockout\.sharedLockoutsAway\)$|\(lockout\.sharedLockoutsAway\)$/,
    );
    const { code, cause } = await logins.events.seen('requestRefused');
    assert.equal(code, 'REXEC_BUSY');
    assert.match(String(cause), /\(lockout\.sharedLockoutsAway\)$/);
    assert.equal((await logins.events.seen('loginChecked', 1)).result, 'failed');
    await redis.startAgain();
    await Promise.all([isUp(ceiling), isUp(logins)]);
    for (const each of [ceiling, logins]) assert.equal(await each.answer(right), '\0in\n');
  });

  it('does not bring a lockout back that was ended while a daemon was cut off', async (t) => {
    const redis = await RedisServer.start(t);
    const cable = await Cable.to(t, redis.port);
    const [one, other] = [await daemonOf(t, redis, { port: cable.port }), await daemonOf(t, redis)];
    await lockOut(one);
    await knows(other);
    await assertLockedOut(other);
    cable.cut();
    await assertLockedOut(one);
    await one.events.seen('sharedLockoutsAway');
    await assert.rejects(
      one.daemon.sharing.clear('user bob'),
      /^Error: ended 0 lockouts here, none of other daemons: /,
    );
    assert.equal(await other.daemon.sharing.clear(), 1);
    await assertLockedOut(one);
    cable.mend();
    await one.events.seen('sharedLockoutsBack');
    assert.equal(await one.answer(right, LOCKED_FROM), '\0in\n');
    assert.equal(await other.answer(right, LOCKED_FROM), '\0in\n');
  });
});
