import { CATALOGUE, type EventDefinition, type EventFields, type EventName } from '../events/index.ts';
import { keyOf } from '../settings/index.ts';
import { METRICS, REFUSALS, REFUSING, REQUEST_CODES } from './definitions.ts';
import { Counter, Histogram, powers, type Sample, sample } from './instruments.ts';

type Takers = { readonly [Name in EventName]?: (fields: EventFields<Name>) => void };

/** How often what happened since the start of the daemon. */
export interface Totals {
  /** Those that became a session. */
  readonly connections: number;
  readonly connectionsRefused: number;
  readonly requestsRefused: number;
  readonly loginsAccepted: number;
  readonly loginsRefused: number;
  /** Refused because of a lockout, without a check. */
  readonly loginsLockedOut: number;
  /** They could not be checked. */
  readonly loginsFailed: number;
  /** Commands that were started. */
  readonly commands: number;
  /** Lockouts that began. */
  readonly lockouts: number;
}

/** What events add up to. */
export class Counts {
  readonly #connections = new Counter('listener', METRICS.rexecd_connections_total.labels.listener);
  readonly #refused = new Counter('reason', REFUSALS);
  readonly #requestsRefused = new Counter('code', REQUEST_CODES);
  readonly #logins = new Counter('result', METRICS.rexecd_logins_total.labels.result);
  readonly #loginSeconds = new Histogram(powers(2, -10, 5));
  readonly #lockouts = new Counter('scope', METRICS.rexecd_lockouts_total.labels.scope);
  readonly #startSeconds = new Histogram(powers(2, -10, 5));
  readonly #commands = new Counter('end', METRICS.rexecd_commands_total.labels.end);
  readonly #commandSeconds = new Histogram(powers(4, -3, 9));
  readonly #deaths = new Counter('role', METRICS.rexecd_process_deaths_total.labels.role);
  readonly #events = new Map(Object.keys(CATALOGUE).map((name) => [name, 0]));
  readonly #dropped = new Counter('sink', METRICS.rexecd_log_events_dropped_total.labels.sink);
  #reload = { isGood: true, at: Date.now() };

  readonly #takers: Takers = {
    connectionAccepted: ({ listener }) => this.#connections.add(listener === 'tls' ? 'tls' : 'plain'),
    connectionRefused: ({ cause }) => this.#refused.add(reasonIn(String(cause))),
    addressDenied: () => this.#refused.add('address'),
    proxyHeaderRefused: () => this.#refused.add('proxy'),
    requestRefused: ({ code }) =>
      this.#requestsRefused.add(REQUEST_CODES.find((each) => each === code) ?? 'other'),
    loginChecked: ({ result, ms }) => {
      this.#logins.add(result as 'accepted'); // or another one that it was made for
      this.#loginSeconds.observe(Number(ms) / 1000);
    },
    lockedOut: ({ scope }) => this.#lockouts.add(scope as 'pair'),
    commandStarted: ({ ms }) => this.#startSeconds.observe(Number(ms) / 1000),
    commandEnded: ({ status, ms }) => {
      this.#commands.add(typeof status === 'string' ? 'signal' : status === 0 ? '0' : 'nonzero');
      this.#commandSeconds.observe(Number(ms) / 1000);
    },
    commandStuck: () => this.#commands.add('stuck'),
    commandLost: () => this.#commands.add('lost'),
    launchFailed: () => this.#commands.add('not_started'),
    readerDied: () => this.#deaths.add('reader'),
    hostDied: () => this.#deaths.add('host'),
    panelDied: () => this.#deaths.add('panel'),
    eventsDropped: ({ sink, count }) => this.#dropped.add(sink as 'console', Number(count)),
    reloaded: () => {
      this.#reload = { isGood: true, at: Date.now() };
    },
    reloadFailed: () => {
      this.#reload = { ...this.#reload, isGood: false };
    },
  };

  /** Takes an event that happened. */
  take<Name extends EventName>(name: Name, fields: EventFields<Name>): void {
    this.#events.set(name, this.#events.get(name)! + 1);
    this.#takers[name]?.(fields as never);
  }

  /** Since the start. */
  get totals(): Totals {
    const logins = this.#logins;
    return {
      connections: this.#connections.total,
      connectionsRefused: this.#refused.total,
      requestsRefused: this.#requestsRefused.total,
      loginsAccepted: logins.get('accepted'),
      loginsRefused: logins.get('refused'),
      loginsLockedOut: logins.get('locked_out'),
      loginsFailed: logins.get('failed'),
      commands: this.#startSeconds.count,
      lockouts: this.#lockouts.total,
    };
  }

  get samples() {
    return {
      rexecd_connections_total: this.#connections.samples,
      rexecd_connections_refused_total: this.#refused.samples,
      rexecd_requests_refused_total: this.#requestsRefused.samples,
      rexecd_logins_total: this.#logins.samples,
      rexecd_login_seconds: this.#loginSeconds.samples,
      rexecd_lockouts_total: this.#lockouts.samples,
      rexecd_command_start_seconds: this.#startSeconds.samples,
      rexecd_commands_total: this.#commands.samples,
      rexecd_command_seconds: this.#commandSeconds.samples,
      rexecd_process_deaths_total: this.#deaths.samples,
      rexecd_events_total: [...this.#events].map(([name, count]): Sample => {
        const { id, level }: EventDefinition = CATALOGUE[name as EventName];
        return sample(count, { id, level });
      }),
      rexecd_log_events_dropped_total: this.#dropped.samples,
      rexecd_config_last_reload_successful: [sample(this.#reload.isGood ? 1 : 0)],
      rexecd_config_last_reload_success_timestamp_seconds: [sample(this.#reload.at / 1000)],
    };
  }
}

/** The cause of a refusal names the setting that is reached; without one it is the descriptors. */
const reasonIn = (cause: string): (typeof REFUSALS)[number] =>
  REFUSING.find((name) => cause.endsWith(`(${keyOf(name)})`)) ?? 'descriptors';
