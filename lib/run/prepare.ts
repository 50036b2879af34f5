import { SessionError } from '../connection/index.ts';
import {
  absoluteShell,
  type Launch,
  lastHome,
  loginEnvironment,
  resolveHome,
  resolveShell,
  shellCommand,
  usableHome,
  usableShell,
  windowsEnvironment,
} from '../launch/index.ts';
import type { Job } from './job.ts';

/** All of a launch but its limits and streams. */
export type Prepared = Omit<Launch, 'limits' | 'stderr'>;

/**
 * Finds shell, home and environment of a command before the NUL promises that it will run (rexecd(8) steps 7 and 8), by
 * trying, as the user that this process is; on Windows, for another account, the start tries them.
 *
 * @param homeLost why no command started in the home, although it could be entered
 * @throws LaunchError if there is no such shell; SessionError `REXEC_NO_HOME`
 */
export async function prepare(
  job: Job,
  homeLost?: string,
): Promise<Prepared & { homeProblem: string | undefined }> {
  const { grant, command, address } = job;
  const { profile, requireHome } = job.options;
  const { identity } = grant;
  const { platform } = process;
  const isForeign = grant.token !== undefined;
  const environment =
    platform === 'win32' ? windowsEnvironment(grant, address, process.env) : loginEnvironment(grant, address);
  const home = resolveHome(environment, platform);
  const last = lastHome(environment, platform);
  const named = resolveShell(identity.shell, environment, platform);
  // This process is not the user of a token: nothing of his is tried but by the start, which is made as him.
  const { directory, problem: homeProblem } =
    isForeign && homeLost === undefined ? home : await usableHome(home, homeLost, last);
  const shell = isForeign ? absoluteShell(named) : usableShell(named);
  if (homeProblem !== undefined && requireHome)
    throw new SessionError('REXEC_NO_HOME', `home: ${homeProblem} (setting accounts.requireHome)`);
  return {
    identity,
    token: grant.token,
    shell: shellCommand(shell, command, profile),
    directory,
    environment: { ...environment, HOME: directory },
    homeProblem,
  };
}

/** The command line for a function, which has no shell and no home. */
export const prepareForHandler = async ({ grant, command, address }: Job) => ({
  identity: grant.identity,
  shell: { file: '', argv0: '', arguments: [command.toString()] },
  directory: '',
  environment: { RHOST: address },
  homeProblem: undefined,
});
