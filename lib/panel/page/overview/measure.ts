import type { Sample } from '../../topics.ts';
import { model } from '../base/model.ts';
import { attribute, h, put, span, svg } from '../base/nodes.ts';
import { clock, count } from '../base/words.ts';

const WIDTH = 180;
const HEIGHT = 48;
const WINDOW_MS = 15 * 60_000;
const STEPS = [1, 1.5, 2, 3, 4, 5, 7.5, 10];
const SHRINKS_AT = 0.4; // of the scale: it moves in steps, and not with each value

/** A measure: what it is called, and how it is read. */
export interface Measured {
  readonly title: string;
  readonly field: Exclude<keyof Sample, 'at'>;
  readonly unit?: string;
  readonly format: (value: number | null) => string;
  /** Show how many there were in 15 minutes instead of the last value. */
  readonly isTotal?: boolean;
  readonly now?: () => number | null | undefined;
  readonly note: () => string;
  readonly kind?: string;
  readonly href?: string;
}

/** One moment, which all plots show. */
const cursor = { at: null as number | null, plots: new Set<() => void>() };

function moveCursor(at: number | null): void {
  cursor.at = at;
  for (const draw of cursor.plots) draw();
}

/** Its value now, and a line of the last 15 minutes. */
export function measure({ title, field, unit = '', format, isTotal, now, note, kind = '', href }: Measured) {
  const value = span('value', '–');
  const small = h('p.note', '–');
  const line = svg('path', { class: 'line' });
  const area = svg('path', { class: 'area' });
  const mark = svg('line', { class: 'cursor', y1: 0, y2: HEIGHT, hidden: '' });
  const box = { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img' };
  const drawing = svg('svg', box, area, line, mark);
  const top = span('top');
  const readout = span('readout');
  const leave = () => moveCursor(null);
  const plot = h('div.plot', { onpointermove: point, onpointerleave: leave }, drawing, top, readout);
  const axis = h('p.axis', { 'aria-hidden': 'true' }, span('', '15 min ago'), span('', 'now'));
  const name = href ? h('a', { href }, title) : title;
  const figure = h('p.figure', value, span('unit', isTotal ? ' in 15 min' : unit));
  const node = h('div', { class: `measure ${kind}` }, h('h2', name), figure, small, plot, axis);
  let scale = 0;

  const end = () => model.history.at(-1)?.at ?? Date.now();
  const xOf = (at: number) => WIDTH * (1 - (end() - at) / WINDOW_MS);

  function point(event: PointerEvent): void {
    const { left, width } = plot.getBoundingClientRect();
    moveCursor(end() - WINDOW_MS * (1 - (event.clientX - left) / width));
  }
  function drawCursor(): void {
    const { at } = cursor;
    const near =
      at === null
        ? undefined
        : model.history.toSorted((one, other) => Math.abs(one.at - at) - Math.abs(other.at - at))[0];
    attribute(mark, 'hidden', near === undefined);
    put(readout, near ? `${clock(near.at)}  ${format(near[field])}${unit}` : '');
    if (!near) return;
    attribute(mark, 'x1', xOf(near.at));
    attribute(mark, 'x2', xOf(near.at));
  }
  cursor.plots.add(drawCursor);

  function draw(values: readonly number[], samples: readonly Sample[]): void {
    const highest = Math.max(...values);
    if (scale === 0 || highest > scale || highest < scale * SHRINKS_AT)
      scale = topFor(Math.max(highest * 1.1, 1));
    const points = samples.map((each, index) => {
      const y = HEIGHT - (values[index]! / scale) * (HEIGHT - 1);
      return `${xOf(each.at).toFixed(1)} ${y.toFixed(1)}`;
    });
    const path = `M${points.join('L')}`;
    attribute(line, 'd', path);
    attribute(area, 'd', `${path}L${WIDTH} ${HEIGHT}L${xOf(samples[0]!.at).toFixed(1)} ${HEIGHT}Z`);
    const range = `from ${format(Math.min(...values))} to ${format(highest)}${unit}`;
    attribute(
      drawing,
      'aria-label',
      `${title}, last 15 minutes: ${range}, now ${format(values.at(-1)!)}${unit}`,
    );
    put(top, format(scale));
  }

  return {
    node,
    leave: () => cursor.plots.delete(drawCursor),
    update(): void {
      const samples = model.history.filter((each) => each[field] !== null);
      const values = samples.map((each) => each[field]!);
      attribute(drawing, 'aria-label', `${title}: nothing measured yet`);
      if (values.length > 1) draw(values, samples);
      const last = model.history.at(-1)?.[field] ?? null;
      const total = values.reduce((sum, rate) => sum + rate * 5, 0);
      put(value, isTotal ? count(Math.round(total)) : format(now?.() ?? last));
      put(small, note());
      drawCursor();
    },
  };
}

function topFor(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return STEPS.map((step) => step * power).find((step) => step >= value) ?? value;
}
