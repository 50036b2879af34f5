import {
  type Launch,
  loginEnvironment,
  resolveHome,
  resolveShell,
  shellCommand,
  usableShell,
} from '../launch/index.ts';
import type { Identity } from '../login/index.ts';

/** A launch that is known good but for its streams, and what was wrong with the user's home, if anything. */
export interface Preparation {
  readonly launch: Omit<Launch, 'stdio'>;
  readonly homeProblem: string | undefined;
}

/**
 * Finds shell, home and environment of a command before the NUL promises that it will run (rexecd(8) steps 7 and 8).
 *
 * @throws LaunchError when there is no such shell
 */
export async function prepare(
  identity: Identity,
  line: string,
  peerAddress: string,
  loginShell: boolean,
): Promise<Preparation> {
  const environment = loginEnvironment(identity, peerAddress);
  const shell = await usableShell(resolveShell(environment, process.platform));
  const { directory, problem } = await resolveHome(identity.home);
  const launch = {
    shell: shellCommand(shell, line, loginShell),
    directory,
    environment: { ...environment, HOME: directory },
  };
  return { launch, homeProblem: problem };
}
