import type { ExitStatus } from '../../codec/index.ts';
import { reasonOf, signalName } from '../base/index.ts';
import { endOf, loadPosixSpawn, type ProcessEnd, spawnProcess } from '../native/index.ts';
import { LaunchError } from './launch-error.ts';
import type { Launch, Launcher, RunningCommand } from './launcher.ts';
import { Pipes } from './pipes.ts';
import { ProcessGroup } from './process-group.ts';
import { wrapped } from './wrapped.ts';

/**
 * Starts commands by posix_spawn(3), without a copy of this process: the cost of a start does not follow its memory.
 *
 * @throws Error where the C library cannot do it: glibc 2.34 and up can
 */
export function posixSpawnLauncher(): Launcher {
  loadPosixSpawn();
  return { launch: start };
}

async function start(launch: Launch): Promise<RunningCommand> {
  let pipes: Pipes | undefined;
  try {
    const { file, argv0, arguments: words, environment, directory } = wrapped(launch);
    pipes = new Pipes(launch.stderr);
    const pid = spawnProcess({
      file,
      argv: [argv0, ...words],
      environment: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
      directory,
      stdio: pipes.far,
    });
    const group = new ProcessGroup(pid);
    const exit = endOf(pid).then((end) => {
      group.leaderReaped();
      return statusOf(end);
    });
    return { pid, group, stdin: pipes.stdin, stdout: pipes.stdout, stderr: pipes.stderr, exit };
  } catch (cause) {
    pipes?.destroy();
    throw new LaunchError(reasonOf(cause), { cause });
  } finally {
    pipes?.closeFar();
  }
}

const statusOf = (end: ProcessEnd): ExitStatus =>
  'code' in end
    ? { type: 'exited', code: end.code }
    : { type: 'signaled', signal: signalName(end.signal) ?? `SIG${end.signal}` };
