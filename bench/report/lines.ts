import { scaleLinear, scaleLog } from 'd3-scale';
import { figureText } from '../table.ts';
import { colorOf, dashOf } from './colors.ts';
import type { Plot, Point, Series } from './plot.ts';
import { escaped, px, widthOf } from './text.ts';

type LinePlot = Extract<Plot, { kind: 'lines' }>;
type Scale = ReturnType<typeof scaleLinear<number>> | ReturnType<typeof scaleLog<number>>;

const [WIDTH, HEIGHT] = [720, 340] as const;
const [TOP, BOTTOM, LEFT] = [28, 46, 62] as const;
const LABEL_HEIGHT = 16;
const FEW = 6; // values of x that are ticks themselves

/** Lines with a point for each measurement, its spread, and the name of each line at its end. */
export function lineChart({ title, x, y, series }: LinePlot): string {
  const right = 24 + Math.max(0, ...series.map(({ name }) => widthOf(name)));
  const names = series.map(({ name }) => name);
  const lookOf = (name: string) => `${colorOf(name, title)} ${dashOf(name, names, title)}`;
  const points = series.flatMap((each) => each.points);
  const xs = [...new Set(points.map((point) => point.x))].toSorted((a, b) => a - b);
  const ys = points.flatMap(({ y: value, low = value, high = value }) => [value, low, high]);
  const toX = scale(xs, x.log ?? false, [LEFT, WIDTH - right]);
  const toY = scale(ys, y.log ?? false, [HEIGHT - BOTTOM, TOP]);
  const grid = ticksOf(toY, 5).map(
    ([value, text]) =>
      `<line class="grid" x1="${LEFT}" x2="${px(WIDTH - right)}" y1="${px(toY(value))}" y2="${px(toY(value))}"/>` +
      `<text class="tick" text-anchor="end" x="${LEFT - 8}" y="${px(toY(value) + 4)}">${text}</text>`,
  );
  const xTicks =
    xs.length <= FEW && x.log ? xs.map((value) => [value, figureOf(value)] as const) : ticksOf(toX, 6);
  const base = xTicks.map(
    ([value, text]) =>
      `<line class="axis" x1="${px(toX(value))}" x2="${px(toX(value))}" y1="${HEIGHT - BOTTOM}" y2="${HEIGHT - BOTTOM + 4}"/>` +
      `<text class="tick" text-anchor="middle" x="${px(toX(value))}" y="${HEIGHT - BOTTOM + 18}">${text}</text>`,
  );
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}">
<text class="label" x="0" y="14">${escaped(y.label)}</text>
${grid.join('\n')}
<line class="axis" x1="${LEFT}" x2="${px(WIDTH - right)}" y1="${HEIGHT - BOTTOM}" y2="${HEIGHT - BOTTOM}"/>
${base.join('\n')}
<text class="label" text-anchor="end" x="${px(WIDTH - right)}" y="${HEIGHT - 6}">${escaped(x.label)}</text>
${series.map((each) => line(each, toX, toY, lookOf(each.name), [x.label, y.label])).join('\n')}
${labels(series, toX, toY, (name) => colorOf(name, title))}
</svg>`;
}

/** Linear scales begin at 0, so that lengths can be compared. */
function scale(values: readonly number[], log: boolean, range: readonly [number, number]): Scale {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (!log) return scaleLinear([Math.min(0, least), most || 1], range).nice();
  return scaleLog([least * 0.9, most * 1.1], range);
}

function ticksOf(axis: Scale, count: number): (readonly [value: number, text: string])[] {
  const shown = axis.tickFormat(count, '~s');
  return axis
    .ticks(count)
    .filter((value) => shown(value) !== '')
    .map((value) => [value, figureOf(value)] as const);
}

const figureOf = (value: number): string => value.toLocaleString('en', { maximumSignificantDigits: 3 });

function line(
  { name, points }: Series,
  toX: Scale,
  toY: Scale,
  color: string,
  [xLabel, yLabel]: readonly [string, string],
): string {
  const path = points.map(({ x, y }, at) => `${at === 0 ? 'M' : 'L'}${px(toX(x))} ${px(toY(y))}`).join('');
  const marks = points.map(({ x, y, low = y, high = y }: Point) => {
    const told = `${name}\n${xLabel}: ${figureText(x)}\n${yLabel}: ${figureText(y)}${low === high ? '' : ` (${figureText(low)} to ${figureText(high)})`}`;
    const spread =
      low === high
        ? ''
        : `<line class="spread" x1="${px(toX(x))}" x2="${px(toX(x))}" y1="${px(toY(low))}" y2="${px(toY(high))}"/>`;
    return `${spread}<circle cx="${px(toX(x))}" cy="${px(toY(y))}" r="3.5"><title>${escaped(told)}</title></circle>`;
  });
  return `<g class="${color}"><path d="${path}"/>${marks.join('')}</g>`;
}

/** Names at the ends of the lines, pushed apart where the ends are close. */
function labels(
  series: readonly Series[],
  toX: Scale,
  toY: Scale,
  colorOfLine: (name: string) => string,
): string {
  const ends = series
    .map(({ name, points }) => ({ name, x: toX(points.at(-1)!.x), y: toY(points.at(-1)!.y) }))
    .toSorted((a, b) => a.y - b.y);
  const edge = Math.max(...ends.map(({ x }) => x));
  let above = Number.NEGATIVE_INFINITY;
  for (const end of ends) {
    end.y = Math.max(end.y, above + LABEL_HEIGHT);
    above = end.y;
  }
  const over = Math.max(0, above - (HEIGHT - BOTTOM));
  for (const [at, end] of ends.entries()) end.y -= Math.min(over, end.y - TOP - at * LABEL_HEIGHT);
  return ends
    .map(
      ({ name, y }) =>
        `<text class="name ${colorOfLine(name)}" x="${px(edge + 10)}" y="${px(y + 4)}">${escaped(name)}</text>`,
    )
    .join('\n');
}
