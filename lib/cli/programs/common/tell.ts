import { isAbsence } from '../../../base/index.ts';
import { ControlError, socketOfDaemonWith, tellDaemon } from '../../../control/index.ts';
import type { Resolved } from '../../../settings/index.ts';
import { printableText } from '../../../text/index.ts';
import { controlPathOf } from './control-path.ts';

/** Which daemon is meant: the one of these settings. */
export interface Target extends Pick<Resolved, 'settings' | 'origins'> {
  /** Absolute path of the settings file they come from. */
  readonly config: string;
}

/** Where daemons were found that were not where the settings say. */
const elsewhere = new WeakMap<Target, string>();

/**
 * Gives a command to the daemon that is meant. If none is listening where the settings say, because they have changed
 * since it started, it is the one that reads the same settings file, and standard error says so once.
 *
 * @throws ControlError
 */
export async function tell(target: Target, operation: string, argument?: unknown): Promise<unknown> {
  const path = elsewhere.get(target) ?? controlPathOf(target.settings);
  try {
    return await tellDaemon(path, operation, argument);
  } catch (error) {
    const moved = isAbsent(error) && isByFile(target) ? await socketOfDaemonWith(target.config) : undefined;
    if (moved === undefined) throw error;
    console.error(`no daemon is listening on ${printableText(path)}; using ${printableText(moved)}`);
    elsewhere.set(target, moved);
    return tellDaemon(moved, operation, argument);
  }
}

/** Whether no daemon was there to answer. */
export function isAbsent(error: unknown): boolean {
  return error instanceof ControlError && isAbsence(error.cause);
}

/** A daemon that is named on the command line is that one and no other. */
const isByFile = ({ origins }: Target): boolean =>
  (['control', 'listen'] as const).every((name) => !/^(--|REXECD_)/.test(origins[name]));
