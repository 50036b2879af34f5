import type { DaemonState } from '../daemon/index.ts';
import type { EventObserver } from '../events/index.ts';
import { type OwnProcess, ownProcesses, ROLES } from '../service/index.ts';
import type { Settings } from '../settings/index.ts';
import { Counts, type Totals } from './counts.ts';
import { METRICS, type MetricDefinition, type MetricName } from './definitions.ts';
import { type Sample, sample } from './instruments.ts';
import { LoopDelay } from './loop-delay.ts';
import { openFiles } from './open-files.ts';
import { readinessOf } from './readiness.ts';
import type { Family } from './text-format.ts';

/** What is read of a daemon when it is asked. */
export interface DaemonSource {
  readonly state: DaemonState;
  readonly settings: Settings;
  readonly version: string;
}

/** The numbers of a daemon: what its events add up to, and what it is doing now. */
export class Metrics {
  readonly #counts = new Counts();
  readonly #loopDelay = new LoopDelay();

  /** Counts an event. */
  readonly observe: EventObserver = (name, fields) => this.#counts.take(name, fields);

  /** Since the start. */
  get totals(): Totals {
    return this.#counts.totals;
  }

  families({ state, settings, version }: DaemonSource): Family[] {
    const samples: Readonly<Record<MetricName, readonly Sample[]>> = {
      rexecd_build_info: [sample(1, { version, node: process.versions.node })],
      ...this.#counts.samples,
      ...stateSamples(state, settings),
      rexecd_event_loop_delay_seconds: this.#loopDelay.samples,
      ...processSamples(ownProcesses()),
    };
    return Object.entries<MetricDefinition>(METRICS).map(([name, { type, help }]) => ({
      name,
      type,
      help,
      samples: samples[name as MetricName],
    }));
  }
}

function stateSamples(state: DaemonState, settings: Settings) {
  const of = (secure: boolean) => state.addresses.filter((each) => each.secure === secure).length;
  const locked = (scope: string) => state.lockouts.filter((each) => each.scope === scope).length;
  const { certificateEnds, busiest } = state;
  return {
    rexecd_listening: [sample(of(false), { listener: 'plain' }), sample(of(true), { listener: 'tls' })],
    rexecd_ready: [sample(readinessOf(state, settings) === 'ready' ? 1 : 0)],
    rexecd_stopping: [sample(state.isStopping ? 1 : 0)],
    rexecd_sessions: Object.entries(state.sessions).map(([name, count]) => sample(count, { state: name })),
    rexecd_sessions_limit: [sample(settings.maxConnections)],
    rexecd_sessions_waiting: [sample(state.waiting)],
    rexecd_busiest_address_sessions: [sample(busiest?.connections ?? 0)],
    rexecd_busiest_address_sessions_limit: [sample(settings.maxConnectionsPerAddress)],
    rexecd_lockouts: METRICS.rexecd_lockouts.labels.scope.map((scope) => sample(locked(scope), { scope })),
    rexecd_shared_lockouts_up: state.isSharing === undefined ? [] : [sample(state.isSharing ? 1 : 0)],
    rexecd_hosts_limit: [sample(settings.maxHosts)],
    rexecd_certificate_not_after_timestamp_seconds: certificateEnds
      ? [sample(certificateEnds.getTime() / 1000)]
      : [],
  };
}

function processSamples(processes: readonly OwnProcess[]) {
  const of = (role: string) => processes.filter((each) => each.role === role);
  const { user, system } = process.cpuUsage();
  return {
    rexecd_processes: ROLES.map((role) => sample(of(role).length, { role })),
    rexecd_processes_resident_memory_bytes: ROLES.map((role) =>
      sample(
        of(role).reduce((sum, { memory }) => sum + memory, 0),
        { role },
      ),
    ),
    rexecd_cpu_seconds_total: [sample((user + system) / 1e6)],
    rexecd_start_time_seconds: [sample(performance.timeOrigin / 1000)],
    ...descriptorSamples(),
  };
}

function descriptorSamples() {
  const { used, limit } = openFiles();
  return {
    rexecd_open_fds: used === undefined ? [] : [sample(used)],
    rexecd_max_fds: limit === undefined ? [] : [sample(limit)],
  };
}
