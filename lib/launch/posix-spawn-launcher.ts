import { Socket } from 'node:net';
import { constants } from 'node:os';
import type { ExitStatus } from '../../codec/index.ts';
import {
  closeDescriptor,
  duplicateDescriptor,
  endOf,
  loadPosixSpawn,
  openSocketPair,
  type ProcessEnd,
  spawnProcess,
} from '../native/index.ts';
import { asUser, self } from './account-switch.ts';
import { descriptorOf, giveAway } from './connection-handle.ts';
import { LaunchError } from './launch-error.ts';
import type { Launch, Launcher, RunningCommand, Stdio } from './launcher.ts';
import { ProcessGroup } from './process-group.ts';

/**
 * Starts commands by posix_spawn(3), without a copy of this process: the cost of a start does not follow its memory.
 *
 * @throws Error where the C library cannot do it: glibc 2.34 and up can
 */
export function posixSpawnLauncher(): Launcher {
  loadPosixSpawn();
  return { launch: start };
}

async function start({ grant, shell, directory, environment, stdio }: Launch): Promise<RunningCommand> {
  const { file, argv0, arguments: words } = asUser(shell, grant, { ...self(), switchesByItself: false });
  const streams = new Streams();
  try {
    // Before anything is waited for: what the peer sends from now on is the command's.
    if (stdio.plan === 'handOver' && !giveAway(stdio.connection)) throw notToGive();
    const pid = await spawnProcess({
      file,
      argv: [argv0, ...words],
      environment: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
      directory,
      stdio: () => streams.open(stdio),
    });
    return running(pid, streams);
  } catch (cause) {
    streams.destroy();
    throw new LaunchError((cause as Error).message, { cause });
  } finally {
    streams.closeFar();
  }
}

/** Our ends of a command's streams, and its own ends, which are descriptors until it has them. */
class Streams {
  stdin: Socket | null = null;
  stdout: Socket | null = null;
  stderr: Socket | null = null;
  readonly #far: number[] = [];

  /** @throws Error if descriptors have run out */
  open(stdio: Stdio): [stdin: number, stdout: number, stderr: number] {
    if (stdio.plan === 'handOver') {
      const connection = this.#duplicate(stdio.connection);
      return [connection, connection, this.#openStderr(stdio, connection)];
    }
    const [stdin, zero] = this.#pair('input');
    this.stdin = stdin;
    const [stdout, one] = this.#pair('output');
    this.stdout = stdout;
    return [zero, one, this.#openStderr(stdio, one)];
  }

  destroy(): void {
    for (const stream of [this.stdin, this.stdout, this.stderr]) stream?.destroy();
  }

  closeFar(): void {
    for (const fd of this.#far) closeDescriptor(fd);
  }

  /** Both outputs in one keep their order; with two, the reader would have to guess it. */
  #openStderr(stdio: Stdio, stdout: number): number {
    if (stdio.stderr === 'stdout') return stdout;
    const [stderr, two] = this.#pair('output');
    this.stderr = stderr;
    return two;
  }

  /**
   * SECURITY: a descriptor of its own. That of the connection could be closed while the process is made, and its number
   * be the next peer's.
   */
  #duplicate(connection: Socket): number {
    const descriptor = descriptorOf(connection);
    if (descriptor === undefined) throw notToGive();
    const own = duplicateDescriptor(descriptor);
    this.#far.push(own);
    return own;
  }

  #pair(use: 'input' | 'output'): [near: Socket, far: number] {
    const [fd, far] = openSocketPair();
    this.#far.push(far);
    return [new Socket({ fd, readable: use === 'output', writable: use === 'input' }), far];
  }
}

const notToGive = () => new Error('the connection has no descriptor to hand over');

function running(pid: number, { stdin, stdout, stderr }: Streams): RunningCommand {
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
