import type { Sample } from '../topics.ts';

/** Numbers by name and labels, as the text format of Prometheus has them. */
type Numbers = ReadonlyMap<string, number>;

const LINE = /^([a-z_:][\w:]*(?:\{[^}]*\})?) (\S+)$/i;

export function numbersIn(text: string): Numbers {
  return new Map(
    text.split('\n').flatMap((line): [string, number][] => {
      const [, name, value] = LINE.exec(line) ?? [];
      return name === undefined ? [] : [[name, value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value)]];
    }),
  );
}

const sum = (numbers: Numbers, name: string, labels = ''): number =>
  [...numbers]
    .filter(([key]) => (key === name || key.startsWith(`${name}{`)) && key.includes(labels))
    .reduce((total, [, value]) => total + value, 0);

/** The bound that a part of what was measured between two looks did not exceed, in milliseconds; null: nothing was. */
export function quantile(before: Numbers, now: Numbers, name: string, part: number): number | null {
  const buckets = [...now]
    .filter(([key]) => key.startsWith(`${name}_bucket{`))
    .map(([key, value]) => ({
      bound: boundOf(key),
      count: value - (before.get(key) ?? 0),
    }))
    .sort((one, other) => one.bound - other.bound);
  const all = buckets.at(-1)?.count ?? 0;
  if (all <= 0) return null;
  const wanted = all * part;
  let below = { bound: 0, count: 0 };
  for (const bucket of buckets) {
    if (bucket.count >= wanted) {
      if (!Number.isFinite(bucket.bound)) return below.bound * 1000;
      const share = (wanted - below.count) / (bucket.count - below.count);
      return (below.bound + (bucket.bound - below.bound) * share) * 1000;
    }
    below = bucket;
  }
  return null;
}

function boundOf(key: string): number {
  const [, le = ''] = /le="([^"]+)"/.exec(key) ?? [];
  return le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le);
}

/** What happened between two looks at the counters. */
export function sampleOf(before: Numbers, now: Numbers, at: number, seconds: number): Sample {
  const rate = (name: string, labels?: string) =>
    Math.max(0, sum(now, name, labels) - sum(before, name, labels)) / seconds;
  return {
    at,
    sessions: sum(now, 'rexecd_sessions'),
    connections: rate('rexecd_connections_total'),
    accepted: rate('rexecd_logins_total', 'result="accepted"'),
    refused: rate('rexecd_logins_total') - rate('rexecd_logins_total', 'result="accepted"'),
    start: quantile(before, now, 'rexecd_command_start_seconds', 0.95),
    loop: quantile(before, now, 'rexecd_event_loop_delay_seconds', 0.99),
  };
}
