import { ControlError } from '../../../control/index.ts';
import type { DaemonHealth } from '../../../metrics/index.ts';
import { printableLines } from '../../../text/index.ts';
import { HEALTH_EXIT } from '../common/exit-codes.ts';
import { failure } from '../common/failure.ts';
import { type Target, tell } from '../common/tell.ts';

/**
 * Prints in one line how the daemon is, for a probe.
 *
 * @param live whether one that is not ready will do
 * @returns the exit code
 */
export async function printHealth(target: Target, live: boolean): Promise<number> {
  try {
    const { state, summary } = await healthOf(target);
    console.log(printableLines(`${state}: ${summary}`));
    return live || state === 'ready' ? HEALTH_EXIT.ready : HEALTH_EXIT.notReady;
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    return failure(error, { name: 'rexecd', usage: HEALTH_EXIT.unanswered });
  }
}

/** Prints the same as an agent of HAProxy's (agent-check): what a server may get from now on. */
export async function printForAgent(target: Target): Promise<void> {
  console.log(await agentLine(target));
}

/** A server that was down, or gets nothing new, needs both words to be used again. */
async function agentLine(target: Target): Promise<string> {
  try {
    const { state } = await healthOf(target);
    return state === 'ready' ? 'up ready' : 'drain';
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    return 'down';
  }
}

/** How the daemon is. @throws ControlError */
export const healthOf = async (target: Target): Promise<DaemonHealth> =>
  (await tell(target, 'health')) as DaemonHealth;
