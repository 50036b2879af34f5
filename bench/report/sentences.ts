import type { Results, Spread } from '../results.ts';
import type { Bar, Point, Series } from './plot.ts';

/** `2.31 times` (2.20 to 2.42). */
export const times = ({ median, min, max, runs }: Spread): string =>
  runs === 1
    ? `${median.toFixed(2)} times`
    : `${median.toFixed(2)} times (${min.toFixed(2)} to ${max.toFixed(2)})`;

/** How several cases compare with one: "a makes 2.00 times, b 3.00 times the rate of c". */
export function compared(
  results: Results,
  figure: string,
  cases: readonly (readonly [label: string, name: string])[],
  than: string,
): string {
  const told = cases.flatMap(([label, name]) => {
    const ratio = results.ratio(name, figure);
    return ratio ? [`${label} ${times(ratio)}`] : [];
  });
  return told.length === 0 ? 'Nothing to compare with was measured.' : `${told.join(', ')} ${than}.`;
}

export function barOf(results: Results, name: string, figure: string, label = name): Bar[] {
  const spread = results.of(name, figure);
  return spread ? [{ name: label, value: spread.median, low: spread.min, high: spread.max }] : [];
}

/** A line over the numbers of `at`; a case that was not measured leaves a gap, and a line without points is left out. */
export function seriesOf(
  results: Results,
  figure: string,
  name: string,
  at: readonly (readonly [x: number, name: string])[],
): Series[] {
  const points = at.flatMap(([x, each]): Point[] => {
    const spread = results.of(each, figure);
    return spread ? [{ x, y: spread.median, low: spread.min, high: spread.max }] : [];
  });
  return points.length === 0 ? [] : [{ name, points }];
}
