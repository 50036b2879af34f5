import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunningDaemon } from '../machine/machine.ts';
import { listenForStderr, Peer, type Scope } from '../peer.ts';
import { PASSWORD } from './daemon.ts';

const SOON_MS = 5000;

/** What a command wrote, latin1, and how it ended: `exit N` or `signal NAME`. */
export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: string;
}

/** A peer whose command was accepted; the success byte is read. Strings are latin1. */
export async function begin(
  t: Scope,
  daemon: RunningDaemon,
  user: string,
  command: string,
  stdin = '',
): Promise<Peer> {
  const peer = await Peer.connect(t, { host: '127.0.0.1', port: daemon.port });
  await peer.send(`\0${user}\0${PASSWORD}\0${command}\0${stdin}`);
  await accepted(peer);
  return peer;
}

/** The same with a second connection, for stderr. The exit status is asked for. */
export async function beginApart(
  t: Scope,
  daemon: RunningDaemon,
  user: string,
  command: string,
  stdin = '',
): Promise<[peer: Peer, channel: Peer]> {
  const stderr = await listenForStderr(t);
  const peer = await Peer.connect(t, { host: '127.0.0.1', port: daemon.port });
  await peer.send(`${stderr.port}\0`);
  const channel = await stderr.accepted;
  await channel.send(Buffer.of(0));
  await peer.send(`${user}\0${PASSWORD}\0${command}\0${stdin}`);
  await accepted(peer);
  return [peer, channel];
}

/** Runs a command to its end: both of its outputs in one, in the order in which it wrote them. */
export async function together(
  t: Scope,
  daemon: RunningDaemon,
  user: string,
  command: string,
  stdin = '',
): Promise<string> {
  const peer = await begin(t, daemon, user, command, stdin);
  peer.halfClose();
  return peer.toEnd();
}

/** Runs a command to its end, stderr on a connection of its own. */
export async function apart(
  t: Scope,
  daemon: RunningDaemon,
  user: string,
  command: string,
  stdin = '',
): Promise<Ran> {
  const [peer, channel] = await beginApart(t, daemon, user, command, stdin);
  peer.halfClose();
  const [stdout, written] = await Promise.all([peer.toEnd(), channel.toEnd()]);
  const [, stderr, status] = /^(.*?)\0((?:exit|signal) \w+)\n$/s.exec(written) ?? [];
  assert.ok(status !== undefined, `no exit status in ${JSON.stringify(written)}`);
  return { stdout, stderr: stderr!, status };
}

async function accepted(peer: Peer): Promise<void> {
  const first = await peer.read(1);
  if (first !== '\0') assert.fail(`refused: ${first}${await peer.toEnd()}`);
}

/** The next line of what a peer reads, without its end. */
export async function line(peer: Peer): Promise<string> {
  let text = '';
  for (let next = await peer.read(1); next !== '\n'; next = await peer.read(1)) text += next;
  return text;
}

/** Asks until it is so, for seconds: for what never comes if it does not come soon. */
export async function shortly(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + SOON_MS;
  while (!(await holds())) {
    if (performance.now() > end) assert.fail(`waited ${SOON_MS / 1000} s until ${what}`);
    await delay(10);
  }
}

/** The same for what an event tells; what `work` gives. */
export async function soon<T>(work: Promise<T>, what: string): Promise<T> {
  let done = false;
  work
    .catch(() => {})
    .finally(() => {
      done = true;
    });
  await shortly(() => done, what);
  return work;
}
