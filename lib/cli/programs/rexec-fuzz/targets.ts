import { type Login, type Target, targets } from '../../../fuzz/index.ts';

/** What of the command line says how a target is reached. */
export interface TargetFlags {
  readonly port?: number;
  readonly own?: string;
}

/** A target that is open, and what only our own daemon brings along. */
export interface OpenTarget {
  readonly target: Target;
  readonly login?: Login;
  readonly defects?: readonly string[];
}

const ADDRESS = /^(?:\[(?<ipv6>[^\]]+)\]|(?<host>[^:/]+)):(?<port>\d{1,5})$/;

/** Targets of `run` and `replay` that are not servers, so that they are not opened. */
export const IN_PROCESS_TARGETS: readonly string[] = ['codec', 'monitor'];

/** How a target is spelled on the command line. */
export const TARGETS_HELP = `
Targets:
  codec            the codec, in this process, guided by code coverage (run and
                   replay only)
  monitor          what rexecd makes of its readers and hosts, in this process
                   (run and replay only)
  daemon           rexecd, in this process, on a free loopback port
  HOST:PORT        a server that is running there; a loopback address, unless
                   --own is given
  command:WORDS    a program, run by sh, that listens on loopback and prints its
                   port (else see --port)
  inetd:WORDS      a program, run by sh, that serves one connection on its
                   standard input and output
`;

/**
 * @throws FuzzError when it cannot be started or reached, or is another host
 * @throws Error for words that are no target
 */
export async function openTarget(spelled: string, { port, own }: TargetFlags): Promise<OpenTarget> {
  if (spelled === 'daemon') {
    const { ownDaemon } = await import('./daemon.ts'); // only now: it loads the daemon
    return ownDaemon();
  }
  if (IN_PROCESS_TARGETS.includes(spelled))
    throw new Error(`differ compares servers; ${spelled} is a target of run and replay only`);
  const [, kind, words = ''] = /^(command|inetd):(.+)$/s.exec(spelled) ?? [];
  const shell = ['/bin/sh', '-c', `exec ${words}`];
  if (kind === 'command')
    return { target: await targets.command(shell, { name: spelled, ...(port && { port }) }) };
  if (kind === 'inetd') return { target: await targets.inetd(shell, spelled) };
  const { ipv6, host = ipv6, port: number } = ADDRESS.exec(spelled)?.groups ?? {};
  if (host === undefined) throw new Error(`no such target: ${spelled} (see --help)`);
  return { target: await targets.address(host, Number(number), { words: own }) };
}
