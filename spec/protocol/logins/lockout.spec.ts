import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { BOUNDED } from '../../support/daemon/daemon.ts';
import { Machine, noMachine, type RunningDaemon } from '../../support/machine/machine.ts';
import { listenForStderr, Peer } from '../../support/peer.ts';

const USERS = ['ada', 'bob', 'cyd', 'dan', 'eve', 'fay', 'gil'] as const;
const RIGHT = 's3cret';
const FAILURES = 3;
const LEAST_MS = 100; // of a refusal
const FLAGS = ['--lockout-failures', `${FAILURES}`, '--refusal-seconds', `${LEAST_MS / 1000}`];
const REFUSED = '\x01Login incorrect.\n';

/** A request in segments. */
type Form = (user: string, password: string) => readonly string[];

const plain: Form = (user, password) => [`\0${user}\0${password}\0echo in\0`];

/** What tools that guess passwords send, and a client that may be used for it (protocol.md 3). */
const TOOLS: Readonly<Record<string, Form>> = {
  'hydra rexec': (user, password) => [`\0${user}\0${password}\0/bin/ls /\0`],
  'medusa -M rexec and nmap rexec-brute': (user, password) => [`\0${user}\0${password}\0id\0`],
  'Metasploit rexec_login': (user, password) => [`\0${user}\0${password}\0sh -i 2>&1\0`],
  'rexec(3) of glibc': (user, password) => ['0\0', `${user}\0${password}\0id\0`],
  'Net::Rexec of Perl': (user, password) => ['0\0', `${user}\0`, `${password}\0`, 'id\0'],
};
/** DNSVersionBindReqTCP of nmap -sV: a user \x1E, a password \x06\x01 and no command. */
const NMAP_PROBE = '\0\x1e\0\x06\x01\0\0\x01\0\0\0\0\0\0\x07version\x04bind\0\0\x10\0\x03';

let lastAddress = 0;

/** A peer address, of this machine, that nobody asked from. */
const newAddress = (): string => `127.0.2.${++lastAddress}`;

/** What a peer reads that sends these segments and no more. */
async function answer(
  t: TestContext,
  port: number,
  from: string,
  segments: readonly string[],
): Promise<string> {
  const peer = await Peer.connect(t, { host: '127.0.0.1', port, localAddress: from });
  for (const segment of segments) await peer.send(segment);
  peer.halfClose();
  return peer.toEnd();
}

/** Every refusal has the same bytes, and none comes before the least time. */
async function assertRefused(
  t: TestContext,
  port: number,
  from: string,
  segments: readonly string[],
): Promise<void> {
  const begin = performance.now();
  assert.equal(await answer(t, port, from, segments), REFUSED);
  assert.ok(performance.now() - begin >= LEAST_MS - 1, `refused after ${performance.now() - begin} ms`);
}

/** The seconds of the lockouts of a subject, as the event log names them. */
const lockoutsOf = ({ events }: RunningDaemon, subject: string): number[] =>
  events.flatMap((line) => {
    const [, whose, seconds] = /REXECD-302 .*subject="(.*)" failures=\d+ seconds=(\d+)/.exec(line) ?? [];
    return whose === subject ? [Number(seconds)] : [];
  });

describe('who guesses passwords', { ...BOUNDED, skip: noMachine }, () => {
  let machine: Machine;
  let daemon: RunningDaemon; // its lockouts outlast the suite
  let forgiving: RunningDaemon; // these last a second

  before(async () => {
    machine = await Machine.make();
    for (const user of USERS) machine.addQuickUser(user, RIGHT);
    machine.addUser('hal', RIGHT); // whose guesses take their time
    daemon = await machine.rexecd({ flags: [...FLAGS, '--lockout-seconds', '600'] });
    forgiving = await machine.rexecd({ flags: [...FLAGS, '--lockout-seconds', '1'] });
  });
  after(() => machine.end());

  /** Guesses wrong as often as locks a user and an address out, and waits for the event. */
  async function lockOut(t: TestContext, on: RunningDaemon, user: string, from: string, form = plain) {
    for (let n = 1; n <= FAILURES; n += 1) await assertRefused(t, on.port, from, form(user, `wrong${n}`));
    await on.seen(new RegExp(`REXECD-302 .*subject="${user} from ${from}" failures=${FAILURES} `));
  }

  for (const [index, [tool, form]] of Object.entries(TOOLS).entries())
    it(`as ${tool} does is locked out from that address, and told nothing else`, async (t) => {
      const [user, from] = [USERS[index]!, newAddress()];
      await lockOut(t, daemon, user, from, form);
      await assertRefused(t, daemon.port, from, form(user, RIGHT));
      await daemon.seen(
        new RegExp(`REXECD-300 .*peer="${from}:.*cause="${user} from ${from} is locked out for another `),
      );
      assert.match(await answer(t, daemon.port, newAddress(), form(user, RIGHT)), /^\0/);
    });

  it('is called back on a stderr port as ever', async (t) => {
    const from = newAddress();
    await lockOut(t, daemon, 'fay', from);
    const stderr = await listenForStderr(t, from);
    const peer = await Peer.connect(t, { host: '127.0.0.1', port: daemon.port, localAddress: from });
    await peer.send(`${stderr.port}\0`);
    const channel = await stderr.accepted;
    await peer.send(`fay\0${RIGHT}\0id\0`);
    assert.deepEqual([await peer.toEnd(), await channel.toEnd()], [REFUSED, '']);
  });

  it('of a user nobody has, as nmap -sV does, locks out no other', async (t) => {
    const from = newAddress();
    for (let n = 0; n <= FAILURES; n += 1) await assertRefused(t, daemon.port, from, [NMAP_PROBE]);
    await daemon.seen(
      new RegExp(`REXECD-300 .*peer="${from}:.*cause=".* from ${from} is locked out for another `),
    );
    assert.equal(await answer(t, daemon.port, from, plain('fay', RIGHT)), '\0in\n');
  });

  it('of many users is locked out by the address', async (t) => {
    const from = newAddress();
    const guess = (_: unknown, n: number) =>
      assertRefused(t, daemon.port, from, plain(`nobody${n}`, 'wrong'));
    await Promise.all(Array.from({ length: 10 * FAILURES }, guess));
    await daemon.seen(new RegExp(`REXECD-302 .*subject="address ${from}" failures=${10 * FAILURES} `));
    await assertRefused(t, daemon.port, from, plain('fay', RIGHT));
    assert.equal(await answer(t, daemon.port, newAddress(), plain('fay', RIGHT)), '\0in\n');
  });

  it('from many addresses locks the user out, but for addresses that the user has logged in from', async (t) => {
    const home = newAddress();
    assert.equal(await answer(t, daemon.port, home, plain('gil', RIGHT)), '\0in\n');
    const guess = () => assertRefused(t, daemon.port, newAddress(), plain('gil', 'wrong'));
    await Promise.all(Array.from({ length: 5 * FAILURES }, guess));
    await daemon.seen(new RegExp(`REXECD-302 .*subject="user gil" failures=${5 * FAILURES} `));
    await assertRefused(t, daemon.port, newAddress(), plain('gil', RIGHT));
    assert.equal(await answer(t, daemon.port, home, plain('gil', RIGHT)), '\0in\n');
  });

  it('gains nothing by guessing in parallel', async (t) => {
    const from = newAddress();
    const guess = async (_: unknown, n: number) => {
      const peer = await Peer.connect(t, { host: '127.0.0.1', port: daemon.port, localAddress: from });
      await peer.send(plain('hal', `wrong${n}`)[0]!);
      return peer;
    };
    const guessing = await Promise.all(Array.from({ length: 40 }, guess));
    assert.equal(await answer(t, daemon.port, from, plain('hal', RIGHT)), REFUSED);
    for (const peer of guessing) assert.equal(await peer.toEnd(), REFUSED);
  });

  it('and knows the password gets in when the lockout is over', async (t) => {
    const from = newAddress();
    const begin = performance.now();
    await lockOut(t, forgiving, 'ada', from);
    let said = REFUSED;
    while (said === REFUSED) said = await answer(t, forgiving.port, from, plain('ada', RIGHT));
    assert.equal(said, '\0in\n');
    assert.ok(performance.now() - begin >= 1000, `after ${performance.now() - begin} ms`);
  });

  it('and goes on is locked out at each further failure, each time for twice as long', async (t) => {
    const from = newAddress();
    await lockOut(t, forgiving, 'bob', from);
    while (lockoutsOf(forgiving, `bob from ${from}`).length < 3)
      await assertRefused(t, forgiving.port, from, plain('bob', 'wrong'));
    assert.deepEqual(lockoutsOf(forgiving, `bob from ${from}`), [1, 2, 4]);
    const failure = /user="bob" cause="authentication:/;
    await forgiving.seen(failure, FAILURES + 1);
    assert.equal(forgiving.events.filter((line) => failure.test(line)).length, FAILURES + 2);
  });
});
