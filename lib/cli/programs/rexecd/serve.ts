import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { ignoreSignals, isWindows, Limiter, reasonOf, STRAY_SIGNALS, within } from '../../../base/index.ts';
import { Daemon, type DaemonParts } from '../../../daemon/index.ts';
import { EventLog, type Events, standardErrorToEventLog } from '../../../events/index.ts';
import { summaryOf, Watch } from '../../../metrics/index.ts';
import { becomeSubreaper, closeAllOnExec, listenAhead, reapOrphans } from '../../../native/index.ts';
import { Panel } from '../../../panel/index.ts';
import {
  activatedSockets,
  missingPrivileges,
  ServiceNotifier,
  thisHolder,
  WindowsService,
} from '../../../service/index.ts';
import {
  endpointsOf,
  endpointText,
  mainEndpoint,
  type Resolved,
  resolveSettings,
  type Settings,
  type Sources,
} from '../../../settings/index.ts';
import { printableText } from '../../../text/index.ts';
import { authenticatorFor, bySystem, settingsOfLogins, usersOf } from '../common/authenticators.ts';
import { REXECD_EXIT } from '../common/exit-codes.ts';
import { VERSION } from '../common/version.ts';
import { debugLines, waitLines, warningsOf } from './announce.ts';
import { KeptLockouts } from './kept-lockouts.ts';
import { Orders, operationsOf } from './orders.ts';
import { keptSessions } from './panel/kept-sessions.ts';
import { panelSource } from './panel/source.ts';
import { logOptions, reloader, reportCapped } from './reloading.ts';
import { stopSignals } from './stop-signals.ts';
import type { Trial } from './trial.ts';

/** For what a stop writes last. */
const KEEP_SECONDS = 5;

/** How a daemon is run. */
export interface ServeOptions {
  /** Reads what the settings come from, at the start and at each reload. */
  readonly sources: () => Promise<Sources>;
  /** Say on standard output what it does for whom. */
  readonly debug: boolean;
  /** Absolute path of the settings file that it reads; empty: none. */
  readonly config: string;
  readonly trial?: Trial | undefined;
  /** It was started as the service by the service control manager of Windows. */
  readonly service: boolean;
}

/** Runs the daemon until it is told to stop. */
export async function serve({ config, debug, trial, service, ...options }: ServeOptions): Promise<void> {
  const load = async (): Promise<Resolved> => {
    const resolved = resolveSettings(await options.sources());
    return { ...resolved, settings: await settingsOfLogins(resolved) };
  };
  ignoreSignals(STRAY_SIGNALS);
  if (!isWindows) closeAllOnExec(); // no command inherits what this process was started with
  const [descriptor] = activatedSockets();
  if (service) await standardErrorToEventLog();
  const manager = await (service ? WindowsService.open() : ServiceNotifier.open());
  process.umask(0o022); // what a command starts with, as at login
  const resolved = await load();
  const { settings } = resolved;
  const watch = new Watch();
  const events = new EventLog(logOptions(settings, service), watch.observe);
  reportCapped(resolved, events);
  if (resolved.outdated !== undefined) console.error(`rexecd: warning: ${printableText(resolved.outdated)}`);
  if (manager.problem) events.emit('managerNotTold', { cause: reasonOf(manager.problem) });
  if (!(await hasPrivileges(settings, descriptor !== undefined, debug, events))) return;
  const [told, impatient] = stopSignals(manager); // before anybody can know that we run
  // A service, which systemd or init started, waits for its address; a person reads the error.
  const ahead = !isWindows && (manager.isAsked || process.ppid === 1) ? listenAhead : undefined;
  const { daemon, address, lockouts } = await listening(settings, events, descriptor, ahead).catch(
    async (error) => {
      await events.close();
      throw error;
    },
  );
  const { port } = address;
  const orders = new Orders(daemon, events);
  const summary = () => summaryOf(daemon.state, daemon.settings);
  let running: Resolved = resolved;
  const take = async (next: Resolved): Promise<void> => {
    running = next;
    await orders.take(next.settings);
    await lockouts.take(next.settings, daemon.port);
    await panel.set(next.settings);
  };
  const prepare = (next: Settings) => panel.prepare(next);
  const readAgain = reloader({ daemon, first: resolved, load, events, prepare, take, service });
  const reloads = new Limiter(1); // one after another
  let isStopping = false;
  const reload = (): Promise<string[]> => {
    if (isStopping) return Promise.reject(new Error('the daemon is stopping'));
    manager.reloading();
    return reloads.run(readAgain).finally(() => manager.ready(summary()));
  };
  const source = panelSource({
    ...{ daemon, watch, events, config, load, reload },
    sources: options.sources,
    running: () => running,
  });
  const sessions = keptSessions(settings, port);
  const panel = new Panel(source, events, sessions);
  const reloadQuietly = () => reload().catch(() => {}); // the log has it
  if (!service && !process.stdin.isTTY) process.on('SIGHUP', reloadQuietly);
  manager.on('reload', reloadQuietly);
  const leave = () => {
    orders.close();
    lockouts.leave();
  };
  await orders.take(settings, operationsOf({ daemon, watch, panel, reload, config, leave }));
  manager.ready(summary());
  manager.keepTelling(summary);
  await panel.set(settings);
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
  if (debug) for (const line of waitLines(daemon)) console.log(line);
  await reloads.run(async () => {}); // after those that are under way
  manager.stopping(daemon.settings.stopSeconds + daemon.settings.killSeconds);
  await daemon.stop(impatient);
  orders.close();
  await panel.end();
  await within(KEEP_SECONDS, Promise.all([lockouts.end(), sessions.end()]));
  await events.close();
  process.exit(REXECD_EXIT.success);
}

async function listening(
  settings: Settings,
  events: Events,
  descriptor: number | undefined,
  ahead: DaemonParts['listenAhead'],
): Promise<{ daemon: Daemon; address: AddressInfo; lockouts: KeptLockouts }> {
  const authenticator = await authenticatorFor(settings);
  const parts = {
    authenticator,
    events,
    ...(descriptor !== undefined && { descriptor }),
    listenAhead: ahead,
  };
  // Orphans of commands are this program's: of a program that embeds the daemon they are not.
  if (!isWindows) {
    becomeSubreaper();
    reapOrphans();
  }
  const daemon = new Daemon(settings, parts);
  const lockouts = new KeptLockouts(daemon.lockout, events);
  const { port } = mainEndpoint(endpointsOf(settings));
  const isOurs = descriptor === undefined; // else the socket has its own port
  if (isOurs && port > 0) await lockouts.begin(settings, port); // before anybody can log in
  const address = await daemon.listen();
  if (!isOurs) await lockouts.begin(settings, address.port);
  return { daemon, address, lockouts };
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
  const missing = missingPrivileges({ listensOn, servesAccounts, changesReaders }, await thisHolder());
  if (missing.length === 0) return true;
  for (const { privilege, purpose, grant } of missing) {
    if (debug && isWindows)
      console.error(
        `rexecd: missing privilege ${privilege}, needed to ${purpose}; run: ${grant}; then log out and back in`,
      );
    else if (debug)
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
