import type { MetricDefinition } from './definitions.ts';
import { numberText, type Sample } from './instruments.ts';

/** A metric with its numbers. */
export interface Family {
  readonly name: string;
  readonly type: MetricDefinition['type'];
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** Metrics in Prometheus' text format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats). */
export const metricsText = (families: readonly Family[]): string =>
  families
    .filter(({ samples }) => samples.length > 0)
    .flatMap(({ name, type, help, samples }) => [
      `# HELP ${name} ${help.replace(/[\\\n]/g, escaped)}`,
      `# TYPE ${name} ${type}`,
      ...samples.map(
        ({ suffix, labels, value }) => `${name}${suffix}${inBraces(labels)} ${numberText(value)}`,
      ),
      '',
    ])
    .join('\n');

function inBraces(labels: Sample['labels']): string {
  const pairs = Object.entries(labels).map(
    ([label, value]) => `${label}="${value.replace(/[\\\n"]/g, escaped)}"`,
  );
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const escaped = (character: string): string => (character === '\n' ? '\\n' : `\\${character}`);
