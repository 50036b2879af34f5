import {
  type Launch,
  loginEnvironment,
  resolveHome,
  resolveShell,
  shellCommand,
  usableHome,
  usableShell,
} from '../launch/index.ts';
import type { Grant } from '../login/index.ts';
import { SessionError } from './errors.ts';

/** A launch that is complete except for its streams, and what was wrong with the user's home, if anything. */
export interface Preparation {
  readonly launch: Omit<Launch, 'stdio'>;
  readonly homeProblem: string | undefined;
}

export interface PreparationOptions {
  /** Run the command by a login shell. */
  readonly profile: boolean;
  /** Refuse where the user's home cannot be used, instead of taking the default. */
  readonly requireHome: boolean;
  /** There is no shell and no home: the launcher takes the command line as the only argument. */
  readonly bare?: boolean;
}

/**
 * Finds shell, home and environment of a command before the NUL promises that it will run (rexecd(8) steps 7 and 8).
 *
 * @throws LaunchError when there is no such shell; SessionError `REXEC_NO_HOME`
 */
export async function prepare(
  grant: Grant,
  line: string,
  peerAddress: string,
  { profile, requireHome, bare }: PreparationOptions,
): Promise<Preparation> {
  if (bare) return { launch: bareLaunch(grant, line, peerAddress), homeProblem: undefined };
  const environment = loginEnvironment(grant, peerAddress);
  const { platform } = process;
  const [shell, { directory, problem }] = await Promise.all([
    usableShell(resolveShell(environment, platform), grant.identity),
    usableHome(resolveHome(environment, platform), grant.identity),
  ]);
  if (problem !== undefined && requireHome) throw new SessionError('REXEC_NO_HOME', `home: ${problem}`);
  const launch = {
    grant,
    shell: shellCommand(shell, line, profile),
    directory,
    environment: { ...environment, HOME: directory },
  };
  return { launch, homeProblem: problem };
}

const bareLaunch = (grant: Grant, line: string, peerAddress: string): Preparation['launch'] => ({
  grant,
  shell: { file: '', argv0: '', arguments: [line] },
  directory: '',
  environment: { RHOST: peerAddress },
});
