import type { TestContext } from 'node:test';
import type { Peer } from '../peer.ts';
import { type Ended, run } from '../program.ts';
import { type Client, type FakeDaemon, startFakeDaemon } from './fake-daemon.ts';

/** These daemons take every login. */
export const LOGIN = ['-l', 'ada', '-p', 's3cret'] as const;

/** rexec for them, with a command that means nothing to them. */
export const rexec = (t: TestContext, ...words: readonly string[]): Promise<Ended> =>
  run(t, 'rexec', [...LOGIN, ...words, 'true']);

/** What a command wrote, and how it ended. */
export interface Answer {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exit?: number;
}

/** Gives a client what a command wrote, and how it ended. */
export async function answer(
  client: Client,
  channel: Peer,
  { stdout = '', stderr = '', exit = 0 }: Answer,
): Promise<void> {
  await client.send(`\0${stdout}`);
  client.halfClose();
  await channel.send(`${stderr}\0exit ${exit}\n`);
  channel.halfClose();
}

/** A daemon whose every command does the same. */
export const startAnswering = (t: TestContext, same: Answer = {}): Promise<FakeDaemon> =>
  startFakeDaemon(t, async (client) => {
    const { channel } = await client.login();
    await answer(client, channel, same);
  });

/** A daemon whose every command runs until its client leaves. */
export const startEndless = (t: TestContext): Promise<FakeDaemon> =>
  startFakeDaemon(t, async (client) => {
    await client.login();
    await client.send('\0running\n');
  });

/** Such daemons as a list for -w. */
export const hostsOf = (...daemons: readonly FakeDaemon[]): string =>
  daemons.map(({ port }) => `127.0.0.1:${port}`).join();
