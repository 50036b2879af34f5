import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { BOUNDED } from '../support/daemon.ts';
import { Machine, noMachine, type RunningDaemon } from '../support/machine.ts';
import { listenForStderr, Peer } from '../support/peer.ts';

const RIGHT = 's3cret';
const REFUSED = '\x01Login incorrect.\n';
const LEAST_MS = 100; // of a refusal
const FLAGS = ['--lockout-failures', '3', '--refusal-seconds', `${LEAST_MS / 1000}`];

/** What tools that guess passwords send for a user and a password (protocol.md 3), in their own segments. */
const TOOLS: Readonly<Record<string, (user: string, password: string) => readonly string[]>> = {
  hydra: (user, password) => [`\0${user}\0${password}\0/bin/ls /\0`],
  medusa: (user, password) => [`\0${user}\0${password}\0id\0`],
  'nmap rexec-brute': (user, password) => [`\0${user}\0${password}\0id\0`],
  'Metasploit rexec_login': (user, password) => [`\0${user}\0${password}\0sh -i 2>&1\0`],
  'glibc rexec(3)': (user, password) => ['0\0', `${user}\0${password}\0id\0`],
  'Perl Net::Rexec': (user, password) => ['0\0', `${user}\0`, `${password}\0`, 'id\0'],
};
/** DNSVersionBindReqTCP of nmap -sV: a user \x1E with a password \x06\x01 and no command. */
const NMAP_PROBE = '\0\x1e\0\x06\x01\0\0\x01\0\0\0\0\0\0\x07version\x04bind\0\0\x10\0\x03';

let lastAddress = 1;
/** An address that nobody asked from. */
const newAddress = (): string => `127.0.2.${++lastAddress}`;

/** What a peer reads that sends these segments, and how long it took from the last one. */
async function answer(t: TestContext, port: number, from: string, segments: readonly string[]) {
  const peer = await Peer.connect(t, { host: '127.0.0.1', port, localAddress: from });
  for (const segment of segments) await peer.send(segment);
  const begin = performance.now();
  peer.halfClose();
  return [await peer.toEnd(), performance.now() - begin] as const;
}

async function assertRefused(t: TestContext, port: number, from: string, segments: readonly string[]) {
  const [said, ms] = await answer(t, port, from, segments);
  assert.equal(said, REFUSED);
  assert.ok(ms >= 0.9 * LEAST_MS, `refused after ${ms} ms`);
}

const request = (user: string, password: string) => [`\0${user}\0${password}\0echo in\0`];

/** Asks until it is answered so; each attempt takes its time. */
async function until(t: TestContext, answered: () => Promise<boolean>): Promise<void> {
  while (!(await answered())) t.signal.throwIfAborted();
}

describe('somebody who guesses passwords', { ...BOUNDED, skip: noMachine }, () => {
  let machine: Machine;
  let long: RunningDaemon;
  let short: RunningDaemon;

  before(async () => {
    machine = await Machine.make();
    for (const user of ['ada', 'bob', 'cyd', 'dan', ...TOOL_USERS]) machine.addUser(user, RIGHT);
    long = await machine.rexecd({ flags: [...FLAGS, '--lockout-seconds', '600'] });
    short = await machine.rexecd({ flags: [...FLAGS, '--lockout-seconds', '1'] });
  });
  after(() => machine.end());
});
