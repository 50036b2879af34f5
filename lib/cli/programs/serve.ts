import { ControlServer, controlSocketOf } from '../../control/index.ts';
import { Daemon } from '../../daemon/index.ts';
import { EventLog } from '../../events/index.ts';
import { pamAuthenticator, usersFile } from '../../login/index.ts';
import { missingPrivileges, thisHolder } from '../../service/index.ts';
import type { Settings } from '../../settings/index.ts';
import { closeInherited } from './descriptors.ts';
import { REXECD_EXIT } from './exit-codes.ts';
import type { Trial } from './trial.ts';
import { VERSION } from './version.ts';

/** Runs the daemon until it is told to stop. With `debug` it says on standard output what it does for whom. */
export async function serve(settings: Settings, debug: boolean, trial?: Trial): Promise<void> {
  closeInherited();
  process.umask(0o022); // what a command starts with, as at login
  const events = new EventLog(settings.logLevel);
  const bySystem =
    settings.authenticator === 'pam' || (settings.authenticator === 'auto' && settings.users === '');
  if (!(await hasPrivileges(settings, bySystem, debug, events))) return;
  const authenticator = bySystem ? await pamAuthenticator(settings) : await usersFile(settings.users);
  const told = stopSignal(); // before anybody can know that we run
  const daemon = new Daemon(settings, { authenticator, events });
  const { address, port } = await daemon.listen();
  const control = await takeOrders(settings, port, daemon, events);
  if (debug) {
    const who = bySystem
      ? `accounts of this machine, PAM service ${settings.pamService}`
      : `users file ${settings.users}; commands run as this account`;
    console.log(`rexecd ${VERSION} listens on ${address} port ${port}; Ctrl-C stops it`);
    console.log(`logins: ${who}`);
  }
  if (trial) console.log(`try: ${trial.commandFor(port)}`);
  await told;
  const impatient = new AbortController();
  stopSignal().then(() => impatient.abort());
  control?.close();
  await daemon.stop(impatient.signal);
  await events.close();
  process.exit(REXECD_EXIT.success);
}

/** False, and a failure of the program, when a privilege is missing that the settings make necessary. */
async function hasPrivileges(
  { port }: Settings,
  servesAccounts: boolean,
  debug: boolean,
  events: EventLog,
): Promise<boolean> {
  const missing = missingPrivileges({ listensOn: port, servesAccounts }, thisHolder());
  if (missing.length === 0) return true;
  for (const { privilege, purpose, grant } of missing) {
    if (debug)
      console.error(`rexecd: missing privilege ${privilege}, to ${purpose}; run as root, or: ${grant}`);
    else events.emit('privilegeMissing', { privilege, purpose, grant });
  }
  if (servesAccounts)
    console.error('rexecd: with users of its own (--users FILE) it needs none of those for accounts');
  await events.close();
  process.exitCode = REXECD_EXIT.failure;
  return false;
}

/** Opens the control socket. Without one the daemon serves all the same, and the log says so. */
async function takeOrders(
  { control: setting }: Settings,
  port: number,
  daemon: Daemon,
  events: EventLog,
): Promise<ControlServer | undefined> {
  if (setting === 'off') return undefined;
  const control = new ControlServer(setting === 'auto' ? controlSocketOf(port) : setting, {
    lockouts: () => daemon.lockout.list(),
    unlock: (subject) => daemon.lockout.clear(typeof subject === 'string' ? subject : undefined),
  });
  try {
    await control.listen();
    return control;
  } catch (error) {
    events.emit('controlFailed', { cause: (error as Error).message });
    return undefined;
  }
}

/** Resolves when the daemon is told to stop; told again, it stops waiting for its commands. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
}
