import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findProgram } from '../../spec/support/program.ts';
import type { Bench } from '../question.ts';
import { Host, portOf } from './host.ts';

/** Names of the cases. */
export const IN_REXECD = 'in.rexecd (PAM, openbsd-inetd)';
export const C_PROGRAM = 'C program (posix_spawn)';

const START_MS = 5000;

/** Why Debian's rexec daemon cannot be measured; false where it can. */
export const noInRexecd = (): string | false =>
  Host.noAccounts || lacks('/usr/sbin/in.rexecd', 'rsh-server') || lacks('inetd', 'openbsd-inetd');

/** Starts in.rexecd under Debian's inetd; its port. */
export async function startInRexecd(bench: Bench, host: Host): Promise<number> {
  const port = await freePort();
  const path = join(bench.folder, 'inetd.conf');
  const service = '/usr/sbin/in.rexecd in.rexecd';
  writeFileSync(path, `127.0.0.1:${port} stream tcp nowait.100000 root ${service}\n`); // no limit to the rate
  host.start(bench, findProgram('inetd')!, ['-i', '-q', '4096', path]).stderr!.resume();
  await accepting(port);
  return port;
}

/** Why the C program cannot be measured; false where it can. */
export const noSpawnPeer = (): string | false => lacks('gcc', 'gcc');

/** Compiles and starts spawn-peer.c; its port. */
export async function startSpawnPeer(bench: Bench, host: Host): Promise<number> {
  const program = join(bench.folder, 'spawn-peer');
  const source = join(import.meta.dirname, 'spawn-peer.c');
  execFileSync('gcc', ['-O2', '-Wall', '-o', program, source], { stdio: ['ignore', 'ignore', 'inherit'] });
  const environment = [`SHELL=${host.shell}`, 'USER=root', 'LOGNAME=root', 'RHOST=127.0.0.1'];
  return portOf(host.start(bench, program, [host.shell], environment));
}

export const lacks = (program: string, name: string): string | false =>
  findProgram(program) === undefined && `needs ${program} (Debian: ${name})`;

/** A port that was free a moment ago, for programs that do not take one by themselves. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Resolves once somebody listens on the port. */
export async function accepting(port: number): Promise<void> {
  const end = performance.now() + START_MS;
  for (;;) {
    const peer = connect({ host: '127.0.0.1', port });
    const there = await once(peer, 'connect').then(
      () => true,
      () => false,
    );
    peer.destroy();
    if (there) return;
    if (performance.now() > end) throw new Error(`nobody listens on port ${port}`);
    await delay(20);
  }
}
