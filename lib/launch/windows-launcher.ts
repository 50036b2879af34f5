import { reasonOf, within } from '../base/index.ts';
import { type ProcessInJob, startInJob, startInJobAs, type WindowsProcess } from '../native/index.ts';
import { commandLine } from './command-line.ts';
import { LaunchError } from './launch-error.ts';
import type { CommandEnd, Launch, Launcher, RunningCommand } from './launcher.ts';
import { Pipes } from './pipes.ts';
import { CONTROL_C_EXIT, WindowsGroup } from './windows-group.ts';

/** Time for Windows to start a command as another account, whose files may be on a share. */
const START_SECONDS = 20;

/** Starts commands on Windows, each in a job object, as the account of their token or as that of this process. */
export const windowsLauncher: Launcher = { launch: start };

async function start({
  token,
  shell,
  directory,
  environment,
  stderr: plan,
}: Launch): Promise<RunningCommand> {
  const line = commandLine(shell);
  let pipes: Pipes | undefined;
  try {
    pipes = new Pipes(plan);
    const process = {
      file: shell.file,
      commandLine: line,
      environment: sortedBlock(environment),
      directory,
      stdio: pipes.far,
    };
    const started = token === undefined ? startHere(process, pipes) : await startAs(token, process, pipes);
    const { pid, exit } = started;
    const group = new WindowsGroup(started);
    const { stdin, stdout, stderr } = pipes;
    return { pid, group, stdin, stdout, stderr, exit: exit.then((code) => endOf(code, group.endedBy)) };
  } catch (cause) {
    pipes?.destroy();
    throw new LaunchError(reasonOf(cause), { cause });
  }
}

function startHere(process: WindowsProcess, pipes: Pipes): ProcessInJob {
  try {
    return startInJob(process);
  } finally {
    pipes.closeFar();
  }
}

/** One that comes too late is ended. Its handles are its own until then, or another one's could be inherited as them. */
async function startAs(token: number, process: WindowsProcess, pipes: Pipes): Promise<ProcessInJob> {
  const work = startInJobAs(token, process).finally(() => pipes.closeFar());
  return within(START_SECONDS, work, () => {
    work.then(
      (late) => late.close(),
      () => {},
    );
    throw new Error(`${process.file}: not started within ${START_SECONDS} s`);
  });
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
