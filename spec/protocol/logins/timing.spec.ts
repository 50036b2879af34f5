import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { BOUNDED } from '../../support/daemon/daemon.ts';
import { Machine, noMachine, type RunningDaemon } from '../../support/machine/machine.ts';

const REFUSED = '\x01Login incorrect.\n';
const RIGHT = 's3cret';
const SAMPLES = 14; // of each cause
const MOST_FAILURES = SAMPLES + 1; // of a pair, so that sampling locks nobody out
/** Where the share of pairs in which one cause is the slower one must lie. By chance it is left once in 5,000 runs. */
const FAIR = { least: 0.08, most: 0.92 } as const;

interface Cause {
  readonly user: string;
  readonly password: string;
  readonly event: RegExp; // what the log says about it
}

/** Why a login is refused. PAM computes a hash for some of them, 40 ms, and for others nothing. */
const CAUSES = {
  'wrong password': { user: 'ada', password: 'secret', event: /user="ada" cause="authentication: / },
  'unknown user': {
    user: 'nobody-here',
    password: RIGHT,
    event: /user="nobody-here" cause="authentication: /,
  },
  'expired account': { user: 'exa', password: RIGHT, event: /user="exa" cause="account: / },
  'locked account': { user: 'lou', password: RIGHT, event: /user="lou" cause="authentication: / },
  'nologin shell': {
    user: 'nola',
    password: RIGHT,
    event: /user="nola" cause="shell \S+ does not permit logins/,
  },
  'locked out': { user: 'otto', password: RIGHT, event: /user="otto" cause=".*locked out for another/ },
} as const satisfies Record<string, Cause>;

type CauseName = keyof typeof CAUSES;

/** Each cause asks from its own address, so that only its own failures count for it. */
const addressOf = (cause: CauseName): string => `127.0.1.${1 + Object.keys(CAUSES).indexOf(cause)}`;

async function refuse(t: TestContext, daemon: RunningDaemon, cause: CauseName): Promise<number> {
  const { user, password } = CAUSES[cause];
  const begin = performance.now();
  assert.equal(await daemon.answer(t, user, password, 'id', addressOf(cause)), REFUSED, cause);
  return performance.now() - begin;
}

/** Times to refusal. Causes of a turn are asked for at once, in either order: what disturbs one disturbs all. */
async function sample(
  t: TestContext,
  daemon: RunningDaemon,
  turns: readonly (readonly CauseName[])[],
): Promise<(cause: CauseName) => readonly number[]> {
  const times = new Map<CauseName, number[]>(turns.flat().map((cause) => [cause, []]));
  const ask = async (cause: CauseName) => times.get(cause)!.push(await refuse(t, daemon, cause));
  for (let round = 0; round < SAMPLES; round += 1)
    for (const turn of turns) await Promise.all((round % 2 === 0 ? turn : turn.toReversed()).map(ask));
  return (cause) => times.get(cause)!;
}

/** In which share of all pairs the first is the slower one: a half when nothing tells them, 0 or 1 when one look does. */
function slowerShare(first: readonly number[], second: readonly number[]): number {
  const pairs = first.flatMap((one) => second.map((other) => (one > other ? 1 : one === other ? 0.5 : 0)));
  return pairs.reduce((sum: number, each) => sum + each, 0) / pairs.length;
}

const median = (times: readonly number[]): string =>
  times.toSorted((a, b) => a - b)[times.length >> 1]!.toFixed(1);

describe('the time of a refused login', { ...BOUNDED, skip: noMachine }, () => {
  let machine: Machine;

  before(async () => {
    machine = await Machine.make();
    machine.addUser('ada', RIGHT);
    machine.addUser('otto', RIGHT);
    machine.addUser('exa', RIGHT, '--expiredate', '2001-01-01');
    machine.addUser('nola', RIGHT, '--shell', '/usr/sbin/nologin');
    machine.addUser('lou', RIGHT);
    machine.run('usermod', ['--lock', 'lou']);
  });
  after(() => machine.end());

  /** A daemon on which otto is locked out. */
  async function start(t: TestContext, refusalSeconds: number): Promise<RunningDaemon> {
    const lockouts = ['--lockout-failures', `${MOST_FAILURES}`, '--lockout-seconds', '3600'];
    const daemon = await machine.rexecd({ flags: [...lockouts, '--refusal-seconds', `${refusalSeconds}`] });
    const from = addressOf('locked out');
    const wrong = () => daemon.answer(t, 'otto', 'secret', 'id', from);
    await Promise.all(Array.from({ length: MOST_FAILURES }, wrong));
    await daemon.seen(/REXECD-302 .*subject="otto from /);
    return daemon;
  }

  it('does not tell the cause', async (t) => {
    const daemon = await start(t, 0.3);
    const times = await sample(t, daemon, [
      ['wrong password', 'unknown user'],
      ['expired account', 'locked account'],
      ['nologin shell', 'locked out'],
    ]);
    const shares = new Map<string, number>();
    for (const cause of Object.keys(CAUSES) as CauseName[]) {
      await daemon.seen(CAUSES[cause].event, SAMPLES - 1);
      const share = slowerShare(times(cause), times('wrong password'));
      t.diagnostic(`${cause}: median ${median(times(cause))} ms, slower in ${share.toFixed(2)} of all pairs`);
      shares.set(cause, share);
    }
    for (const [cause, share] of shares)
      assert.ok(share >= FAIR.least && share <= FAIR.most, `${cause}: slower in ${share} of all pairs`);
  });

  it('control: without a least time it tells an unknown user', async (t) => {
    machine.run('chpasswd', ['-c', 'YESCRYPT', '-s', '7'], `ada:${RIGHT}\n`); // clear of a busy machine's noise
    const times = await sample(t, await start(t, 0), [['unknown user'], ['wrong password']]);
    const share = slowerShare(times('unknown user'), times('wrong password'));
    t.diagnostic(
      `median ${median(times('unknown user'))} and ${median(times('wrong password'))} ms: ${share}`,
    );
    assert.ok(share < FAIR.least, `slower in ${share} of all pairs`);
  });
});
