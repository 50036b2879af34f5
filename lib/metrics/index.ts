/** What a running daemon says about itself: its numbers, their text for Prometheus, and its status. */
export type { Totals } from './counts.ts';
export { METRICS, type MetricDefinition, type MetricName, metricTable } from './definitions.ts';
export { Histogram, powers, type Sample } from './instruments.ts';
export { type DaemonSource, Metrics } from './metrics.ts';
export type { ProcessStatus } from './processes.ts';
export {
  type DaemonHealth,
  type DaemonStatus,
  healthOf,
  type LimitStatus,
  type ListenerStatus,
  statusOf,
  summaryOf,
} from './status.ts';
export { type Family, metricsText } from './text-format.ts';
export { Watch } from './watch.ts';
