import { controlSocketOf, tellDaemon } from '../../control/index.ts';
import type { LockedOut } from '../../login/index.ts';
import type { Settings } from '../../settings/index.ts';

/** Prints who is locked out, one line each. */
export async function listLockouts(settings: Settings): Promise<void> {
  const lockouts = (await tellDaemon(socketOf(settings), 'lockouts')) as LockedOut[];
  if (lockouts.length === 0) console.log('nobody is locked out');
  for (const { subject, failures, seconds } of lockouts)
    console.log(`${subject}: ${failures} failures, locked out for ${seconds} s more`);
}

/** Ends one lockout, or all. */
export async function clearLockouts(settings: Settings, subject: string | undefined): Promise<void> {
  const ended = await tellDaemon(socketOf(settings), 'unlock', subject);
  if (subject !== undefined && ended === 0) throw new Error(`${subject} is not locked out`);
  console.log(`lockouts ended: ${ended}`);
}

const socketOf = ({ control, port }: Settings): string =>
  control === 'auto' || control === 'off' ? controlSocketOf(port) : control;
