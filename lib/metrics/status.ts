import { hostname } from 'node:os';
import type { DaemonState } from '../daemon/index.ts';
import type { RecentEvent } from '../events/index.ts';
import { keyOf, type SettingName, type Settings } from '../settings/index.ts';
import type { Totals } from './counts.ts';
import type { DaemonSource } from './metrics.ts';
import { openFiles } from './open-files.ts';
import type { ProcessStatus } from './processes.ts';
import { type Readiness, readinessOf } from './readiness.ts';
import type { Watch } from './watch.ts';

/** What a daemon is asked by the operation `health`. */
export interface DaemonHealth {
  readonly state: Readiness;
  /** The sentence of {@link summaryOf}. */
  readonly summary: string;
  /** Whether the server is there that lockouts are shared on; null if they are not shared. */
  readonly isSharing: boolean | null;
}

/** What a daemon says of itself. Times are in milliseconds since the epoch, sizes in bytes. */
export interface DaemonStatus extends DaemonHealth {
  readonly version: string;
  readonly node: string;
  readonly pid: number;
  readonly host: string;
  readonly port: number;
  readonly now: number;
  readonly since: number;
  readonly listeners: readonly ListenerStatus[];
  readonly sessions: DaemonState['sessions'];
  readonly limits: readonly LimitStatus[];
  /** Since the start. */
  readonly totals: Totals;
  /** How many subjects are locked out now. */
  readonly lockouts: number;
  readonly processes: readonly ProcessStatus[];
  /** Warnings and errors, the last one first. */
  readonly problems: readonly RecentEvent[];
}

export interface ListenerStatus {
  readonly kind: 'clear text' | 'TLS';
  readonly address: string;
  readonly port: number;
  /** Whether passwords cross the network in clear text. */
  readonly isExposed: boolean;
  /** The last moment at which its certificate is valid; null in clear text. */
  readonly certificateEnds: number | null;
}

export interface LimitStatus {
  readonly name: string;
  readonly used: number;
  /** Null: none, or unknown. */
  readonly limit: number | null;
  /** The key of the setting; null if it is none of ours. */
  readonly key: string | null;
}

const MOST_PROBLEMS = 10;

/** One sentence says how it is: `port 512: 214 of 12,000 sessions, 3 locked out`. */
export function summaryOf(state: DaemonState, settings: Settings): string {
  const { port, isStopping, sessions, lockouts } = state;
  const total = totalOf(sessions);
  if (isStopping)
    return `port ${port}: stopping, ${count(total)} ${total === 1 ? 'session' : 'sessions'} left`;
  const refusal =
    readinessOf(state, settings) === 'refusing'
      ? `, no logins: the server of ${keyOf('sharedLockouts')} does not answer in time`
      : '';
  return `port ${port}: ${count(total)} of ${count(settings.maxConnections)} sessions, ${count(lockouts.length)} locked out${refusal}`;
}

export const healthOf = ({ state, settings }: DaemonSource): DaemonHealth => ({
  state: readinessOf(state, settings),
  summary: summaryOf(state, settings),
  isSharing: state.isSharing ?? null,
});

export async function statusOf(source: DaemonSource, watch: Watch): Promise<DaemonStatus> {
  const { state, settings, version } = source;
  const { metrics, recent, processes, since } = watch;
  return {
    ...healthOf(source),
    version,
    node: process.versions.node,
    pid: process.pid,
    host: hostname(),
    port: state.port,
    now: Date.now(),
    since,
    listeners: state.addresses.map(({ secure, isExposed, address, port }) => ({
      kind: secure ? 'TLS' : 'clear text',
      address,
      port,
      isExposed,
      certificateEnds: secure ? (state.certificateEnds?.getTime() ?? null) : null,
    })),
    sessions: state.sessions,
    limits: limitsOf(state, settings),
    totals: metrics.totals,
    lockouts: state.lockouts.length,
    processes: await processes.list(),
    problems: recent
      .after(0)
      .filter(({ level }) => level === 'error' || level === 'warn')
      .reverse()
      .slice(0, MOST_PROBLEMS),
  };
}

function limitsOf(state: DaemonState, settings: Settings): LimitStatus[] {
  const { busiest, sessions, waiting, hosts } = state;
  const files = openFiles();
  const of = (name: string, used: number, key: SettingName & keyof Settings): LimitStatus => ({
    name,
    used,
    limit: Number(settings[key]),
    key: keyOf(key),
  });
  return [
    of('sessions', totalOf(sessions), 'maxConnections'),
    of(
      busiest ? `from ${busiest.address}` : 'from one address',
      busiest?.connections ?? 0,
      'maxConnectionsPerAddress',
    ),
    of('waiting for a place', waiting, 'backlog'),
    of('logins being checked', sessions.verifying, 'loginThreads'),
    of('hosts of users', hosts, 'maxHosts'),
    ...(files.used === undefined
      ? []
      : [{ name: 'open files', used: files.used, limit: files.limit ?? null, key: null }]),
  ];
}

const totalOf = (sessions: DaemonState['sessions']): number =>
  Object.values(sessions).reduce((sum, each) => sum + each, 0);

const count = (number: number): string => number.toLocaleString('en-US');
