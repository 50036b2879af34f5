import { CATALOGUE, type EventDefinition } from '../events/index.ts';
import { ROLES } from '../service/index.ts';
import type { SettingName } from '../settings/index.ts';

/** What a metric is. */
export interface MetricDefinition {
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** One sentence, without a full stop. */
  readonly help: string;
  /** Labels and their values; `any` stands for values that this program chooses at its start. */
  readonly labels?: Readonly<Record<string, readonly string[] | 'any'>>;
}

const events = Object.values<EventDefinition>(CATALOGUE);

/** Settings for which no session began. */
export const REFUSING = [
  'maxConnections',
  'maxConnectionsPerAddress',
  'maxSharedConnections',
  'sharedLockoutsAway',
  'crashPenaltySeconds',
] as const satisfies readonly SettingName[];

/** Reasons for which no session began: a setting, descriptors that run out, the rules for addresses, or no PROXY header. */
export const REFUSALS = [...REFUSING, 'descriptors', 'address', 'proxy'] as const;

/** Codes of requests that were refused; `other` is any that a later version has. */
export const REQUEST_CODES = [
  'REXEC_BUSY',
  'REXEC_FIELD_TOO_LONG',
  'REXEC_NO_HOME',
  'REXEC_PORT_INVALID',
  'REXEC_REQUEST_TIMEOUT',
  'REXEC_STDERR_UNREACHABLE',
  'REXEC_STOPPING',
  'REXEC_TRUNCATED',
  'other',
] as const;

/**
 * All of them begin with `rexecd_`: what node_exporter reads from a file must not have the names of its own.
 *
 * SECURITY: every label has few values, and none that a peer can choose: a scrape has more readers than the log.
 */
export const METRICS = {
  rexecd_build_info: {
    type: 'gauge',
    help: 'Version of rexecd and of the Node.js that runs it, always 1',
    labels: { version: 'any', node: 'any' },
  },
  rexecd_listening: {
    type: 'gauge',
    help: 'Addresses that are listened on; 0 while the daemon stops',
    labels: { listener: ['plain', 'tls'] },
  },
  rexecd_ready: {
    type: 'gauge',
    help: '1 if a peer can connect and log in, else 0: the daemon stops, or lockout.sharedLockoutsAway refuses all',
  },
  rexecd_stopping: {
    type: 'gauge',
    help: '1 while the daemon waits for its last sessions, else 0',
  },
  rexecd_connections_total: {
    type: 'counter',
    help: 'Connections that became a session',
    labels: { listener: ['plain', 'tls'] },
  },
  rexecd_connections_refused_total: {
    type: 'counter',
    help: 'Connections that were refused before a request was read, by what refused them',
    labels: { reason: REFUSALS },
  },
  rexecd_sessions: {
    type: 'gauge',
    help: 'Sessions by state',
    labels: { state: ['receiving', 'verifying', 'running', 'closing'] },
  },
  rexecd_sessions_limit: { type: 'gauge', help: 'Sessions that may be open (limits.maxConnections)' },
  rexecd_sessions_waiting: { type: 'gauge', help: 'Accepted connections that wait for a place' },
  rexecd_busiest_address_sessions: {
    type: 'gauge',
    help: 'Sessions of the address that has the most',
  },
  rexecd_busiest_address_sessions_limit: {
    type: 'gauge',
    help: 'Sessions that one address may have (limits.maxConnectionsPerAddress)',
  },
  rexecd_requests_refused_total: {
    type: 'counter',
    help: 'Requests that were refused for another reason than the login',
    labels: { code: REQUEST_CODES },
  },
  rexecd_logins_total: {
    type: 'counter',
    help: 'Logins that were checked; failed means that the check could not be made',
    labels: { result: ['accepted', 'refused', 'locked_out', 'failed'] },
  },
  rexecd_login_seconds: {
    type: 'histogram',
    help: 'Time for the check of a login, without the delay of a refusal',
  },
  rexecd_lockouts: {
    type: 'gauge',
    help: 'Lockouts that last now',
    labels: { scope: ['pair', 'user', 'address'] },
  },
  rexecd_lockouts_total: {
    type: 'counter',
    help: 'Lockouts that began',
    labels: { scope: ['pair', 'user', 'address'] },
  },
  rexecd_shared_lockouts_up: {
    type: 'gauge',
    help: '1 if the server of lockout.sharedLockouts answers, else 0; absent unless it is set',
  },
  rexecd_command_start_seconds: {
    type: 'histogram',
    help: 'Time from an accepted login to the start of its command',
  },
  rexecd_commands_total: {
    type: 'counter',
    help: 'Commands by their end: exit status 0, another one, a signal, stuck in the kernel, lost with the process that ran them, or not started',
    labels: { end: ['0', 'nonzero', 'signal', 'stuck', 'lost', 'not_started'] },
  },
  rexecd_command_seconds: { type: 'histogram', help: 'Time from the start of a command to its end' },
  rexecd_process_deaths_total: {
    type: 'counter',
    help: 'Processes of rexecd that ended by themselves or were killed',
    labels: { role: ['reader', 'host', 'panel'] },
  },
  rexecd_events_total: {
    type: 'counter',
    help: 'Events, written or not, by id (docs/events.md)',
    labels: { id: events.map(({ id }) => id).sort(), level: ['error', 'warn', 'info', 'debug'] },
  },
  rexecd_log_events_dropped_total: {
    type: 'counter',
    help: 'Events that a log sink could not keep up with',
    labels: { sink: ['console', 'file', 'syslog', 'journald', 'eventlog'] },
  },
  rexecd_config_last_reload_successful: {
    type: 'gauge',
    help: '1 if the settings in use are those of the last reload, or of the start',
  },
  rexecd_config_last_reload_success_timestamp_seconds: {
    type: 'gauge',
    help: 'When the settings in use were read',
  },
  rexecd_certificate_not_after_timestamp_seconds: {
    type: 'gauge',
    help: 'Last moment at which the TLS certificate is valid; absent without TLS',
  },
  rexecd_event_loop_delay_seconds: {
    type: 'histogram',
    help: 'How much later than asked for the daemon gets to its work, sampled 20 times a second',
  },
  rexecd_processes: {
    type: 'gauge',
    help: 'Processes of rexecd by role',
    labels: { role: ROLES },
  },
  rexecd_processes_resident_memory_bytes: {
    type: 'gauge',
    help: 'Resident memory of the processes of each role; what they share counts for each',
    labels: { role: ROLES },
  },
  rexecd_hosts_limit: { type: 'gauge', help: 'Hosts that users may have (launch.maxHosts)' },
  rexecd_cpu_seconds_total: { type: 'counter', help: 'Processor time of the daemon itself' },
  rexecd_start_time_seconds: { type: 'gauge', help: 'When the daemon started' },
  rexecd_open_fds: { type: 'gauge', help: 'Descriptors that the daemon has open' },
  rexecd_max_fds: { type: 'gauge', help: 'Descriptors that the daemon may have open' },
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof METRICS;

/** All metrics for human readers, as a table of markdown. */
export function metricTable(): string {
  const rows = Object.entries<MetricDefinition>(METRICS).map(([name, { type, help, labels = {} }]) => {
    const shown = Object.entries(labels).map(([label, values]) =>
      values === 'any' || values.length > 10 ? `\`${label}\`` : `\`${label}\`: ${values.join(', ')}`,
    );
    return `| \`${name}\` | ${type} | ${shown.join('<br>')} | ${help} |`;
  });
  return ['| name | type | labels | meaning |', '| --- | --- | --- | --- |', ...rows, ''].join('\n');
}
