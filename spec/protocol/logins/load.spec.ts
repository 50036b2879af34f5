import assert from 'node:assert/strict';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, it, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Machine, noMachine, type RunningDaemon } from '../../support/machine/machine.ts';
import { Peer } from '../../support/peer.ts';

/** A busy machine may need minutes for what takes an idle one some seconds. */
const SLOW = { timeout: 180_000 } as const;
const USERS = ['ada', 'bob', 'cyd', 'dan', 'eve'] as const;
const RIGHT = 's3cret';
const REFUSED = '\x01Login incorrect.\n';
const FLAGS = ['--profile', 'false'];
const PROBE_EVERY_MS = 5;
const LEAST_PROBES = 10; // a daemon that serves nobody meanwhile answers one or two

/** A login takes a second, on any machine. */
const SLOW_SERVICE = `
auth    optional pam_exec.so quiet /bin/sleep 1
auth    required pam_unix.so
account required pam_unix.so
`;

/** All that a peer reads, however long it takes. */
const textOf = async (peer: Peer): Promise<string> => (await buffer(peer.socket)).toString('latin1');

/** Asks a daemon for what it refuses at once, again and again, until it is stopped: it waits for the daemon's loop. */
class Prober {
  readonly times: number[] = []; // ms until the daemon had answered
  readonly #stop = new AbortController();
  readonly #ours = monitorEventLoopDelay({ resolution: 1 }); // the loop of this process delays answers, too
  readonly #over: Promise<void>;

  constructor(t: TestContext, port: number) {
    this.#ours.enable();
    this.#over = this.#probe(t, port);
    this.#over.catch(() => {}); // told by stop()
  }

  /** Rejects when a probe was not served. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#ours.disable();
    await this.#over;
  }

  get summary(): string {
    const times = this.times.toSorted((a, b) => a - b);
    const figures = [times[times.length >> 1]!, times.at(-1)!, this.#ours.max / 1e6];
    const [median, worst, ours] = figures.map((ms) => `${ms.toFixed(1)} ms`);
    return `${times.length} probes took ${median} (median), ${worst} (worst); our own loop was late by ${ours} (worst)`;
  }

  async #probe(t: TestContext, port: number): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const begin = performance.now();
      const peer = await Peer.connect(t, { host: '127.0.0.1', port, localAddress: '127.0.0.99' });
      await peer.send('x\0');
      assert.equal(await textOf(peer), '\x01invalid stderr port\n');
      this.times.push(performance.now() - begin);
      peer.socket.destroy();
      await delay(PROBE_EVERY_MS);
    }
  }
}

/** The nth login of a load: every third one is wrong, the users take turns. */
async function login(t: TestContext, daemon: RunningDaemon, n: number): Promise<void> {
  const wrong = n % 3 === 0;
  const user = USERS[Math.floor(n / 3) % USERS.length]!;
  const peer = await Peer.connect(t, { host: '127.0.0.1', port: daemon.port });
  await peer.send(`\0${user}\0${wrong ? 'secret' : RIGHT}\0echo $USER ${n}\0`);
  peer.halfClose();
  assert.equal(await textOf(peer), wrong ? REFUSED : `\0${user} ${n}\n`, `login ${n}`);
}

/** So many logins, so many of them at once; other peers are served meanwhile, one after another. */
async function load(t: TestContext, daemon: RunningDaemon, logins: number, atOnce: number): Promise<void> {
  const begin = performance.now();
  const prober = new Prober(t, daemon.port);
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < logins) await login(t, daemon, next++);
  };
  await Promise.all(Array.from({ length: atOnce }, one)).finally(() => prober.stop());
  const seconds = (performance.now() - begin) / 1000;
  t.diagnostic(`${logins} logins in ${seconds.toFixed(1)} s; ${prober.summary}`);
  assert.ok(prober.times.length >= LEAST_PROBES, `${prober.times.length} probes were served`);
}

describe('a load of logins', { ...SLOW, skip: noMachine }, () => {
  let machine: Machine;

  before(async () => {
    machine = await Machine.make();
    for (const user of USERS) machine.addQuickUser(user, RIGHT); // the load is not the hash
  });
  after(() => machine.end());

  it('of 500 at once is answered right, and other peers meanwhile', async (t) => {
    await load(t, await machine.rexecd({ flags: [...FLAGS, '--lockout-failures', '0'] }), 500, 500);
  });

  it('of users who mistype every third password locks none of them out', async (t) => {
    const daemon = await machine.rexecd({ flags: FLAGS });
    await load(t, daemon, 210, 50); // 14 failures of each user, more than a pair may have
    const begun = daemon.events.filter((line) => line.includes('REXECD-302'));
    assert.deepEqual(begun, []);
  });

  it('is not refused for the time it waits for its turn', async (t) => {
    const daemon = await machine.rexecd({
      service: SLOW_SERVICE,
      flags: [...FLAGS, '--login-threads', '2', '--login-seconds', '5'],
    });
    await load(t, daemon, 20, 20); // 10 s at least
  });
});
