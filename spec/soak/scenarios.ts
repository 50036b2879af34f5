import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { listenForStderr, Peer, type Scope, within } from '../support/peer.ts';

/** A daemon, and who may log in there. */
export interface Target {
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** One peer from its connection to its end. It throws where it is answered wrong. */
export type Scenario = (scope: Scope, target: Target) => Promise<void>;

const HOST = '127.0.0.1';
const MEGABYTE = 1024 * 1024;
const CLOSED_PORT = 1029; // below those that the system gives to listeners

const connect = (scope: Scope, { port }: Target): Promise<Peer> => Peer.connect(scope, { host: HOST, port });
const fields = ({ user, password }: Target, command: string): string => `${user}\0${password}\0${command}\0`;

/** A peer that sent a whole request, and what else is given in the same segment. */
async function ask(scope: Scope, target: Target, command: string, early = ''): Promise<Peer> {
  const peer = await connect(scope, target);
  await peer.send(`\0${fields(target, command)}${early}`);
  return peer;
}

/** The same, accepted. */
async function run(scope: Scope, target: Target, command: string, early = ''): Promise<Peer> {
  const peer = await ask(scope, target, command, early);
  assert.equal(await peer.read(1), '\0');
  return peer;
}

/** The same with a stderr channel that asks for the exit status. */
async function runWithChannel(
  scope: Scope,
  target: Target,
  command: string,
): Promise<[peer: Peer, channel: Peer]> {
  const stderr = await listenForStderr(scope);
  const peer = await connect(scope, target);
  await peer.send(`${stderr.port}\0`);
  const channel = await stderr.accepted;
  await channel.send(Buffer.of(0));
  await peer.send(fields(target, command));
  assert.equal(await peer.read(1), '\0');
  return [peer, channel];
}

async function answers(peer: Peer, expected: string): Promise<void> {
  assert.equal(await peer.toEnd(), expected);
}

/** What peers do, good ones and bad ones; by name, for the report. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'a short command': async (scope, target) => answers(await ask(scope, target, 'echo word'), '\0word\n'),

  'stderr and an exit status': async (scope, target) => {
    const [peer, channel] = await runWithChannel(scope, target, 'echo out; echo err >&2; exit 7');
    await answers(peer, 'out\n');
    await answers(channel, 'err\n\0exit 7\n');
  },

  'megabytes of stdout': async (scope, target) => {
    const peer = await run(scope, target, `head -c ${2 * MEGABYTE} /dev/zero`);
    assert.equal((await peer.digest())[0], 2 * MEGABYTE);
  },

  'a megabyte of stdin': async (scope, target) => {
    const peer = await run(scope, target, 'wc -c');
    await peer.send(Buffer.alloc(MEGABYTE));
    peer.halfClose();
    await answers(peer, `${MEGABYTE}\n`);
  },

  'stdin in the segment of the request': async (scope, target) =>
    answers(await run(scope, target, 'read line; echo "<$line>"', 'early\n'), '<early>\n'),

  'a wrong password': async (scope, { port, user }) =>
    answers(await ask(scope, { port, user, password: 'wrong' }, 'true'), '\x01Login incorrect.\n'),

  'a user nobody has': async (scope, { port }) =>
    answers(await ask(scope, { port, user: 'nobody here', password: 'x' }, 'true'), '\x01Login incorrect.\n'),

  'no port': async (scope, target) => {
    const peer = await connect(scope, target);
    await peer.send('GET / HTTP/1.1\r\n\r\n\0');
    assert.match(await peer.toEnd(), /^\x01(invalid stderr port|port too long)\n$/);
  },

  'a user that is too long': async (scope, target) => {
    const peer = await connect(scope, target);
    await peer.send(`0\0${'x'.repeat(257)}`);
    await answers(peer, '\x01username too long\n');
  },

  'a stderr port where nobody listens': async (scope, target) => {
    const peer = await connect(scope, target);
    await peer.send(`${CLOSED_PORT}\0`);
    await answers(peer, '\x01Cannot connect to the stderr port.\n');
  },

  'a connection without a byte': async (scope, target) => {
    const peer = await connect(scope, target);
    peer.socket.destroy();
  },

  'half a request and a reset': async (scope, target) => {
    const peer = await connect(scope, target);
    await peer.send(`0\0${target.user}\0half a pass`);
    peer.reset();
  },

  'a reset amid stdout': async (scope, target) => {
    const peer = await run(scope, target, 'exec yes');
    await peer.read(100_000);
    peer.reset();
  },

  'a reset amid stdout that is relayed': async (scope, target) => {
    const peer = await run(scope, target, 'exec yes', 'early');
    await peer.read(100_000);
    peer.reset();
  },

  'a reset amid stderr': async (scope, target) => {
    const [peer, channel] = await runWithChannel(scope, target, 'yes >&2 & exec yes');
    await Promise.all([peer.read(100_000), channel.read(100_000)]);
    channel.reset();
    peer.reset();
  },

  'a reset of the stderr channel alone': async (scope, target) => {
    const [peer, channel] = await runWithChannel(scope, target, 'head -c 3000000 /dev/zero >&2; echo on');
    await channel.read(1000);
    channel.reset();
    await answers(peer, 'on\n');
  },

  'a signal': async (scope, target) => {
    const [peer, channel] = await runWithChannel(scope, target, 'echo ready; exec sleep 600');
    assert.equal(await peer.read(6), 'ready\n');
    await channel.send(Buffer.of(15));
    await answers(channel, '\0signal SIGTERM\n');
    await answers(peer, '');
  },

  'a command that ignores SIGHUP, and a reset': async (scope, target) => {
    const command = "trap '' 1 15; echo ready; sleep 2";
    const peer = await run(scope, target, command, 'early');
    assert.equal(await peer.read(6), 'ready\n');
    peer.reset();
  },

  'a background child that holds stdout': async (scope, target) =>
    answers(await run(scope, target, '{ sleep 0.2; echo late; } & echo soon'), 'soon\nlate\n'),

  'stdout that is closed early': async (scope, target) => {
    const [peer, channel] = await runWithChannel(scope, target, 'exec >&-; sleep 0.1; echo late >&2; exit 3');
    await answers(channel, 'late\n\0exit 3\n');
    await answers(peer, '');
  },

  'a peer that reads late': async (scope, target) => {
    const peer = await run(scope, target, `head -c ${8 * MEGABYTE} /dev/zero`);
    await delay(300);
    assert.equal((await peer.digest())[0], 8 * MEGABYTE);
  },

  'a stalled peer, and a reset': async (scope, target) => {
    const [peer] = await runWithChannel(scope, target, 'exec yes');
    await delay(300);
    peer.reset();
    await within(once(peer.socket, 'close'), 'the reset');
  },
};
