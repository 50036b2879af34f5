import { Socket } from 'node:net';
import { constants } from 'node:os';
import type { ExitStatus } from '../../codec/index.ts';
import {
  closeDescriptor,
  endOf,
  loadPosixSpawn,
  openSocketPair,
  type ProcessEnd,
  spawnProcess,
} from '../native/index.ts';
import { asUser, self } from './account-switch.ts';
import { giveAway } from './connection-handle.ts';
import { LaunchError } from './launch-error.ts';
import type { Launch, Launcher, RunningCommand, Stdio } from './launcher.ts';
import { ProcessGroup } from './process-group.ts';

const OWN = { ...self(), switchesByItself: false };

/**
 * Starts commands by posix_spawn(3), without a copy of this process: the cost of a start does not follow its memory.
 *
 * @throws Error where the C library cannot do it: glibc 2.34 and up can
 */
export function posixSpawnLauncher(): Launcher {
  loadPosixSpawn();
  return { launch: async (launch) => start(launch) };
}

/** In one turn: the umask is everybody's. */
function start({ grant, shell, directory, environment, stdio }: Launch): RunningCommand {
  const { file, argv0, arguments: words } = asUser(shell, grant, OWN);
  const { far, near } = streamsFor(stdio);
  const daemonsUmask = process.umask(grant.traits?.umask ?? process.umask());
  try {
    const pid = spawnProcess({
      file,
      argv: [argv0, ...words],
      environment: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
      directory,
      stdio: far,
    });
    return running(pid, near);
  } catch (cause) {
    for (const stream of [near.stdin, near.stdout, near.stderr]) stream?.destroy();
    throw new LaunchError((cause as Error).message, { cause });
  } finally {
    process.umask(daemonsUmask);
    for (const fd of new Set(far)) if (fd !== near.connection) closeDescriptor(fd);
  }
}

/** Our ends, and the connection's descriptor where that is the command's own. */
interface Near {
  readonly stdin: Socket | null;
  readonly stdout: Socket | null;
  readonly stderr: Socket | null;
  readonly connection?: number;
}

/** The command's ends are descriptors, which are closed here once it has them. */
function streamsFor(stdio: Stdio): { far: [number, number, number]; near: Near } {
  if (stdio.plan === 'handOver') {
    const connection = giveAway(stdio.connection);
    if (connection === undefined) throw new LaunchError('the connection has no descriptor to hand over');
    const [stderr, far] = stdio.stderr === 'pipe' ? pair('output') : [null, connection];
    return { far: [connection, connection, far], near: { stdin: null, stdout: null, stderr, connection } };
  }
  const [stdin, zero] = pair('input');
  const [stdout, one] = pair('output');
  // Both outputs in one keep their order; with two, the reader would have to guess it.
  const [stderr, two] = stdio.stderr === 'pipe' ? pair('output') : [null, one];
  return { far: [zero, one, two], near: { stdin, stdout, stderr } };
}

function pair(use: 'input' | 'output'): [near: Socket, far: number] {
  const [fd, far] = openSocketPair();
  return [new Socket({ fd, readable: use === 'output', writable: use === 'input' }), far];
}

function running(pid: number, { stdin, stdout, stderr }: Near): RunningCommand {
  const group = new ProcessGroup(pid);
  const exit = endOf(pid).then((end) => {
    group.leaderReaped();
    return statusOf(end);
  });
  return { pid, group, stdin, stdout, stderr, exit };
}

const statusOf = (end: ProcessEnd): ExitStatus =>
  'code' in end ? { type: 'exited', code: end.code } : { type: 'signaled', signal: signalName(end.signal) };

const FIRST_REAL_TIME_SIGNAL = 34; // glibc keeps the two below it

/** `SIGTERM`; real-time signals by their distance: `SIGRTMIN+0`, `SIGRTMIN+2`. */
function signalName(number: number): string {
  const known = Object.entries(constants.signals).find(([, each]) => each === number);
  return known?.[0] ?? `SIGRTMIN+${number - FIRST_REAL_TIME_SIGNAL}`;
}
