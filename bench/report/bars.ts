import { scaleLinear } from 'd3-scale';
import { figureText } from '../table.ts';
import { colorOf } from './colors.ts';
import type { Plot } from './plot.ts';
import { escaped, px, widthOf } from './text.ts';

type BarPlot = Extract<Plot, { kind: 'bars' }>;

const WIDTH = 720;
const [ROW, BAR, TOP] = [34, 18, 24] as const;
const VALUE_WIDTH = 70;

/** A bar for each case from 0 on, with its value and its spread. */
export function barChart({ title, label, bars }: BarPlot): string {
  const left = 12 + Math.max(...bars.map(({ name }) => widthOf(name, 13)));
  const most = Math.max(...bars.map(({ value, high = value }) => high));
  const toX = scaleLinear([0, most], [left, WIDTH - VALUE_WIDTH]);
  const height = TOP + bars.length * ROW;
  const rows = bars.map(({ name, value, low = value, high = value }, at) => {
    const middle = TOP + at * ROW + ROW / 2;
    const told = `${name}: ${figureText(value)}${low === high ? '' : ` (${figureText(low)} to ${figureText(high)})`}`;
    const spread =
      low === high
        ? ''
        : `<line class="spread over" x1="${px(toX(low))}" x2="${px(toX(high))}" y1="${middle}" y2="${middle}"/>`;
    return `<g class="${colorOf(name, title)}"><title>${escaped(told)}</title>
<text class="name" text-anchor="end" x="${px(left - 10)}" y="${middle + 4}">${escaped(name)}</text>
<rect x="${px(left)}" y="${middle - BAR / 2}" width="${px(toX(value) - left)}" height="${BAR}" rx="2"/>${spread}
<text class="value" x="${px(toX(Math.max(value, high)) + 8)}" y="${middle + 4}">${figureText(value)}</text></g>`;
  });
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}">
<text class="label" x="${px(left)}" y="14">${escaped(label)}</text>
${rows.join('\n')}
<line class="axis" x1="${px(left)}" x2="${px(left)}" y1="${TOP}" y2="${height}"/>
</svg>`;
}
