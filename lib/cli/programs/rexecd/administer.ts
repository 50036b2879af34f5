import { counted } from '../../../base/index.ts';
import type { LockedOut } from '../../../login/index.ts';
import { printableJson, printableLines } from '../../../text/index.ts';
import { reloadDaemon } from '../common/reload.ts';
import { type Target, tell } from '../common/tell.ts';
import { healthOf } from './health.ts';

/** Prints a line; what comes from the daemon was chosen by a peer and must not reach a terminal as it is. */
const print = (line: string): void => console.log(printableLines(line));

/** The daemon, for a service manager that runs `rexecd reload` (systemd.exec(5)). */
const servicePid = /^[1-9]\d*$/.test(process.env.MAINPID ?? '') ? Number(process.env.MAINPID) : undefined;

/** Prints who is locked out, one line each. */
export async function listLockouts(target: Target): Promise<void> {
  const lockouts = (await tell(target, 'lockouts')) as LockedOut[];
  if (lockouts.length === 0) print('nobody is locked out');
  for (const { subject, failures, seconds } of lockouts)
    print(`${subject}: ${counted(failures, 'failed login')}, locked out for another ${seconds} s`);
  await sayIfAlone(target);
}

/** Ends one lockout, or all. */
export async function clearLockouts(target: Target, subject: string | undefined): Promise<void> {
  const ended = await tell(target, 'unlock', subject);
  if (subject !== undefined && ended === 0) throw new Error(`${subject} is not locked out`);
  print(`lockouts ended: ${ended}`);
  await sayIfAlone(target);
}

/** What is said of lockouts may not hold for other daemons. One of an earlier version does not tell. */
async function sayIfAlone(target: Target): Promise<void> {
  const { isSharing } = await healthOf(target);
  if (isSharing === false)
    console.error(
      'rexecd: the server of lockout.sharedLockouts does not answer: only lockouts that this daemon knows are here',
    );
}

/** Prints the metrics in Prometheus' text format, or as JSON. */
export async function printMetrics(target: Target, json: boolean): Promise<void> {
  const metrics = await tell(target, 'metrics', json ? 'json' : 'text');
  if (json) console.log(printableJson(metrics));
  else process.stdout.write(printableLines(String(metrics)));
}

/** Ends one session: its command by SIGHUP, then SIGKILL. */
export async function killSession(target: Target, id: string): Promise<void> {
  await tell(target, 'kill', id);
  print(`ending session ${id}`);
}

/** Makes the daemon read its settings again. */
export async function reloadSettings(target: Target): Promise<void> {
  if (target.settings.control === 'off' && servicePid !== undefined) {
    process.kill(servicePid, 'SIGHUP');
    return print('told the daemon to reload; its log has the result (control is "off")');
  }
  const changed = await reloadDaemon(target);
  print(changed.length === 0 ? 'no setting has changed' : `changed: ${changed.join(' ')}`);
}
