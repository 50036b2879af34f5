import { tellDaemon } from '../../control/index.ts';
import type { SessionSummary } from '../../daemon/index.ts';
import { printableText } from '../../events/index.ts';
import type { LockedOut } from '../../login/index.ts';
import type { Settings } from '../../settings/index.ts';
import { controlPathOf } from './control-path.ts';
import { reloadDaemon } from './reload.ts';

/** Prints who is locked out, one line each. */
export async function listLockouts(settings: Settings): Promise<void> {
  const lockouts = (await tellDaemon(controlPathOf(settings), 'lockouts')) as LockedOut[];
  if (lockouts.length === 0) console.log('nobody is locked out');
  for (const { subject, failures, seconds } of lockouts)
    console.log(`${subject}: ${failures} failed logins, locked out for another ${seconds} s`);
}

/** Ends one lockout, or all. */
export async function clearLockouts(settings: Settings, subject: string | undefined): Promise<void> {
  const ended = await tellDaemon(controlPathOf(settings), 'unlock', subject);
  if (subject !== undefined && ended === 0) throw new Error(`${subject} is not locked out`);
  console.log(`lockouts ended: ${ended}`);
}

/** Prints the sessions that run, one line each, or as JSON. */
export async function listSessions(settings: Settings, json: boolean): Promise<void> {
  const sessions = (await tellDaemon(controlPathOf(settings), 'sessions')) as SessionSummary[];
  if (json) return console.log(JSON.stringify(sessions));
  if (sessions.length === 0) console.log('no sessions');
  for (const { id, state, peer, user, command, pid, seconds, received, sent } of sessions) {
    const bytes = received === null ? '' : ` in=${received} out=${sent}`;
    const process = pid === null ? '' : ` pid=${pid}`;
    console.log(
      `${id} ${state} ${seconds}s ${peer} ${printableText(user)}${process}${bytes} ${printableText(command ?? '')}`,
    );
  }
}

/** Ends one session: its command by SIGHUP, then SIGKILL. */
export async function killSession(settings: Settings, id: string): Promise<void> {
  await tellDaemon(controlPathOf(settings), 'kill', id);
  console.log(`ending session ${id}`);
}

/** Makes the daemon read its settings again. */
export async function reloadSettings(settings: Settings): Promise<void> {
  const changed = await reloadDaemon(settings);
  console.log(changed.length === 0 ? 'no setting has changed' : `changed: ${changed.join(' ')}`);
}
