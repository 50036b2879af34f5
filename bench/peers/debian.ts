import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { encodeRequest } from '../../codec/index.ts';
import { freePort } from '../../spec/support/free-port.ts';
import { findProgram } from '../../spec/support/program.ts';
import type { Bench } from '../question.ts';
import { ACCOUNT, Host, portOf } from './host.ts';

/** Names of the cases. */
export const IN_REXECD = 'in.rexecd (PAM, openbsd-inetd)';
export const C_PROGRAM = 'C program (posix_spawn)';
export const SOCAT = 'socat (fork, sh)';

const START_MS = 5000;
const LONG_BACKLOG = 4096;
const SOCAT_CHILDREN = 64; // at a time, so that a burst does not fork thousands

/** Why Debian's rexec daemon cannot be measured; false where it can. */
export const noInRexecd = (): string | false =>
  Host.noAccounts || lacks('/usr/sbin/in.rexecd', 'rsh-server') || lacks('inetd', 'openbsd-inetd');

/** Starts in.rexecd under Debian's inetd; its port. */
export async function startInRexecd(bench: Bench, host: Host): Promise<number> {
  const port = await freePort();
  const path = join(bench.folder, 'inetd.conf');
  const service = '/usr/sbin/in.rexecd in.rexecd';
  writeFileSync(path, `127.0.0.1:${port} stream tcp nowait.100000 root ${service}\n`); // no limit to the rate
  host.start(bench, findProgram('inetd')!, ['-i', '-q', `${LONG_BACKLOG}`, path]).stderr!.resume();
  await accepting(port);
  return port;
}

/** Why the C program cannot be measured; false where it can. */
export const noSpawnPeer = (): string | false => lacks('cc', 'gcc');

/** Compiles and starts spawn-peer.c; its port. */
export async function startSpawnPeer(bench: Bench, host: Host, backlog = LONG_BACKLOG): Promise<number> {
  const program = join(bench.folder, 'spawn-peer');
  const source = join(import.meta.dirname, 'spawn-peer.c');
  if (!existsSync(program))
    execFileSync('cc', ['-O2', '-Wall', '-o', program, source], { stdio: ['ignore', 'ignore', 'inherit'] });
  const environment = [`SHELL=${host.shell}`, 'USER=root', 'LOGNAME=root', 'RHOST=127.0.0.1'];
  return portOf(host.start(bench, program, [host.shell, `${backlog}`], environment));
}

export const noSocat = (): string | false => lacks('socat', 'socat');

/** Starts a socat that accepts, reads a request for the command `:` and answers the NUL; its port. */
export async function startSocat(bench: Bench, host: Host, backlog: number): Promise<number> {
  const port = await freePort();
  const script = join(bench.folder, 'answer');
  const { length } = encodeRequest({ ...ACCOUNT, command: ':' });
  writeFileSync(script, `#!/bin/sh\nhead -c ${length} > /dev/null\nprintf '\\0'\n`, { mode: 0o755 });
  const listen = `TCP-LISTEN:${port},bind=127.0.0.1,reuseaddr,nodelay,backlog=${backlog},fork,max-children=${SOCAT_CHILDREN}`;
  host.start(bench, 'socat', [listen, `EXEC:${script}`]).stderr!.resume();
  await accepting(port);
  return port;
}

export const lacks = (program: string, name: string): string | false =>
  findProgram(program) === undefined && `needs ${program} (Debian: ${name})`;

/** Resolves once a process listens on the port. */
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
    if (performance.now() > end) throw new Error(`nothing listens on port ${port}`);
    await delay(20);
  }
}
