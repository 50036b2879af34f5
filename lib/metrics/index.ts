/** What a running daemon says about itself in numbers, and their text for Prometheus. */
export { METRICS, type MetricDefinition, type MetricName, metricTable } from './definitions.ts';
export { Counter, Histogram, powers, type Sample } from './instruments.ts';
export { Metrics, type MetricsSource } from './metrics.ts';
export { type Family, METRICS_TYPE, metricsText } from './text-format.ts';
