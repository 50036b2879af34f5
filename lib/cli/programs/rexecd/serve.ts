import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { ignoreSignals, Limiter, reasonOf, STRAY_SIGNALS } from '../../../base/index.ts';
import { Daemon, type DaemonParts } from '../../../daemon/index.ts';
import { EventLog, type Events, type LogOptions } from '../../../events/index.ts';
import { summaryOf, Watch } from '../../../metrics/index.ts';
import { becomeSubreaper, closeAllOnExec, listenAhead, reapOrphans } from '../../../native/index.ts';
import { activatedSockets, missingPrivileges, ServiceNotifier, thisHolder } from '../../../service/index.ts';
import {
  endpointsOf,
  endpointText,
  keyOf,
  mainEndpoint,
  type Resolved,
  SETTING_NAMES,
  type Settings,
} from '../../../settings/index.ts';
import { printableText } from '../../../text/index.ts';
import { authenticatorFor, bySystem, usersOf, withPamService } from '../common/authenticators.ts';
import { REXECD_EXIT } from '../common/exit-codes.ts';
import { VERSION } from '../common/version.ts';
import { debugLines, warningsOf } from './announce.ts';
import { Orders, operationsOf } from './orders.ts';
import type { Trial } from './trial.ts';

/** How a daemon is run. */
export interface ServeOptions {
  /** Reads the settings, at the start and at each reload. */
  readonly load: () => Promise<Resolved>;
  /** Say on standard output what it does for whom. */
  readonly debug: boolean;
  /** Absolute path of the settings file that it reads; empty: none. */
  readonly config: string;
  readonly trial?: Trial | undefined;
}

/** Runs the daemon until it is told to stop. */
export async function serve({ config, debug, trial, ...options }: ServeOptions): Promise<void> {
  const load = async (): Promise<Resolved> => {
    const resolved = await options.load();
    return { ...resolved, settings: withPamService(resolved) };
  };
  ignoreSignals(STRAY_SIGNALS);
  closeAllOnExec(); // no command inherits what this process was started with
  const [descriptor] = activatedSockets();
  const manager = await ServiceNotifier.open();
  process.umask(0o022); // what a command starts with, as at login
  const resolved = await load();
  const { settings } = resolved;
  const watch = new Watch();
  const events = new EventLog(logOptions(settings), watch.observe);
  reportCapped(resolved, events);
  if (resolved.outdated !== undefined) console.error(`rexecd: warning: ${printableText(resolved.outdated)}`);
  if (manager.problem) events.emit('managerNotTold', { cause: reasonOf(manager.problem) });
  if (!(await hasPrivileges(settings, descriptor !== undefined, debug, events))) return;
  const [told, impatient] = stopSignals(); // before anybody can know that we run
  // A service, which systemd or init started, waits for its address; a person reads the error.
  const ahead = manager.isAsked || process.ppid === 1 ? listenAhead : undefined;
  const [daemon, { port }] = await listening(settings, events, descriptor, ahead).catch(async (error) => {
    await events.close();
    throw error;
  });
  const orders = new Orders(daemon, events);
  const summary = () => summaryOf(daemon.state, daemon.settings);
  const readAgain = reloader(daemon, settings, load, events, orders);
  const reloads = new Limiter(1); // one after another
  let isStopping = false;
  const reload = (): Promise<string[]> => {
    if (isStopping) return Promise.reject(new Error('the daemon is stopping'));
    manager.reloading();
    return reloads.run(readAgain).finally(() => manager.ready(summary()));
  };
  if (!process.stdin.isTTY) process.on('SIGHUP', () => reload().catch(() => {})); // the log has it
  await orders.take(settings, operationsOf({ daemon, watch, reload, config, leave: () => orders.close() }));
  manager.ready(summary());
  manager.keepTelling(summary);
  // With -debug standard output says the same.
  if (!debug || settings.logLevel === 'info' || settings.logLevel === 'debug')
    events.emit('started', {
      version: VERSION,
      addresses: daemon.allAddresses
        .map(({ address, ...each }) => endpointText({ ...each, host: address }))
        .join(' '),
      logins: usersOf(settings),
    });
  for (const warning of await warningsOf(daemon)) console.error(`rexecd: warning: ${warning}`);
  if (debug) for await (const line of debugLines(daemon)) console.log(line);
  if (trial) console.log(`try: ${trial.commandFor(port)}`);
  if (!told.aborted) await once(told, 'abort');
  isStopping = true;
  await reloads.run(async () => {}); // after those that are under way
  manager.stopping(daemon.settings.stopSeconds + daemon.settings.killSeconds);
  await daemon.stop(impatient);
  orders.close();
  await events.close();
  process.exit(REXECD_EXIT.success);
}

async function listening(
  settings: Settings,
  events: Events,
  descriptor: number | undefined,
  ahead: DaemonParts['listenAhead'],
): Promise<[Daemon, AddressInfo]> {
  const authenticator = await authenticatorFor(settings);
  const parts = {
    authenticator,
    events,
    ...(descriptor !== undefined && { descriptor }),
    listenAhead: ahead,
  };
  // Orphans of commands are this program's: of a program that embeds the daemon they are not.
  becomeSubreaper();
  reapOrphans();
  const daemon = new Daemon(settings, parts);
  return [daemon, await daemon.listen()];
}

const logOptions = (settings: Settings): LogOptions => ({
  level: settings.logLevel,
  access: settings.logAccess,
  sinks: settings.logSinks,
  format: settings.logFormat,
  file: settings.logFile,
  fileBytes: settings.logFileBytes,
  files: settings.logFiles,
  syslogSocket: settings.logSyslogSocket,
  journaldSocket: settings.logJournaldSocket,
});

/** Reads the settings again and gives them to the daemon, all or nothing; the keys that changed. */
function reloader(
  daemon: Daemon,
  settings: Settings,
  load: () => Promise<Resolved>,
  events: EventLog,
  orders: Orders,
) {
  let current = settings;
  return async (): Promise<string[]> => {
    try {
      const resolved = await load();
      const next = resolved.settings;
      const changed = SETTING_NAMES.filter(
        (name) => JSON.stringify(next[name]) !== JSON.stringify(current[name]),
      );
      reportCapped(resolved, events);
      await daemon.reload(next, await authenticatorFor(next));
      await events.reopen(logOptions(next));
      current = next;
      await orders.take(next);
      events.emit('reloaded', { changed: changed.map(keyOf).join(' ') });
      return changed.map(keyOf);
    } catch (error) {
      events.emit('reloadFailed', { cause: reasonOf(error) });
      throw error;
    }
  };
}

function reportCapped({ capped }: Resolved, events: Events): void {
  for (const setting of capped) events.emit('settingCapped', { setting });
}

/** False, and a failure of the program, when a privilege is missing that the settings make necessary. */
async function hasPrivileges(
  settings: Settings,
  opened: boolean,
  debug: boolean,
  events: EventLog,
): Promise<boolean> {
  const servesAccounts = bySystem(settings);
  const listensOn = lowestPort(settings, opened);
  const changesReaders = process.getuid?.() === 0;
  const missing = missingPrivileges({ listensOn, servesAccounts, changesReaders }, thisHolder());
  if (missing.length === 0) return true;
  for (const { privilege, purpose, grant } of missing) {
    if (debug)
      console.error(
        `rexecd: missing privilege ${privilege}, needed to ${purpose}; run as root, or run: ${grant}`,
      );
    else events.emit('privilegeMissing', { privilege, purpose, grant });
  }
  if (servesAccounts) console.error('rexecd: with --users FILE, the privileges for accounts are not needed');
  await events.close();
  process.exitCode = REXECD_EXIT.failure;
  return false;
}

/** The lowest port that the daemon opens itself: the service manager may have opened the main one. 0: none. */
function lowestPort(settings: Settings, opened: boolean): number {
  const endpoints = endpointsOf(settings);
  const others = opened ? endpoints.filter((each) => each !== mainEndpoint(endpoints)) : endpoints;
  const own = others.map(({ port }) => port).filter((port) => port > 0);
  return own.length === 0 ? 0 : Math.min(...own);
}

/**
 * Aborted by the first signal that stops the daemon, or when it loses its terminal, and by the second, which cuts the wait
 * for commands short. More of them change nothing: what is still to be closed is closed.
 */
function stopSignals(): [told: AbortSignal, impatient: AbortSignal] {
  const [told, impatient] = [new AbortController(), new AbortController()];
  const stop = () => (told.signal.aborted ? impatient : told).abort();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const) process.on(signal, stop);
  if (process.stdin.isTTY) process.on('SIGHUP', stop);
  return [told.signal, impatient.signal];
}
