import { reasonOf } from '../base/index.ts';
import { startInJob } from '../native/index.ts';
import { commandLine } from './command-line.ts';
import { LaunchError } from './launch-error.ts';
import type { CommandEnd, Launch, Launcher, RunningCommand } from './launcher.ts';
import { Pipes } from './pipes.ts';
import { CONTROL_C_EXIT, WindowsGroup } from './windows-group.ts';

/** Starts commands on Windows, each in a job object, as the account that this process has. */
export const windowsLauncher: Launcher = { launch: async (launch) => start(launch) };

function start({ shell, directory, environment, stderr: plan }: Launch): RunningCommand {
  const line = commandLine(shell);
  let pipes: Pipes | undefined;
  try {
    pipes = new Pipes(plan);
    const started = startInJob({
      file: shell.file,
      commandLine: line,
      environment: sortedBlock(environment),
      directory,
      stdio: pipes.far,
    });
    const { pid, exit } = started;
    const group = new WindowsGroup(started);
    const { stdin, stdout, stderr } = pipes;
    return { pid, group, stdin, stdout, stderr, exit: exit.then((code) => endOf(code, group.endedBy)) };
  } catch (cause) {
    pipes?.destroy();
    throw new LaunchError(reasonOf(cause), { cause });
  } finally {
    pipes?.closeFar();
  }
}

/** Windows looks names up in this order. */
const sortedBlock = (environment: Launch['environment']): string[] =>
  Object.entries(environment)
    .map(([name, value]): [upper: string, entry: string] => [name.toUpperCase(), `${name}=${value}`])
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, entry]) => entry);

/** Exit codes have 32 bits, and exit statuses 8: a larger one is 255, so that no failure becomes a success. */
function endOf(code: number, endedBy: string | undefined): CommandEnd {
  if (code === CONTROL_C_EXIT) return { type: 'signaled', signal: endedBy ?? 'SIGINT' };
  return code <= 255 ? { type: 'exited', code } : { type: 'exited', code: 255, fullCode: code };
}
