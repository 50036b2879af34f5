import Table from 'cli-table3';
import type { Answered } from './ask.ts';
import type { Spread } from './results.ts';

const PLAIN = { head: [], border: [], compact: true };

/** One table: a row for each figure but details, with its ratio to the case it is compared with. */
export function figuresTable(questions: readonly Answered[]): string {
  const table = new Table({
    head: ['question', 'case', 'figure', 'median', 'min to max', 'ratio', 'min to max'],
    colAligns: ['left', 'left', 'left', 'right', 'right', 'right', 'right'],
    style: PLAIN,
  });
  for (const { name, figures, rows: all, missing, failed } of questions) {
    const rows = all.filter(({ figure }) => !figures[figure]!.detail);
    for (const [at, { case: label, figure, spread, ratio }] of rows.entries())
      table.push([
        at === 0 ? name : '',
        rows[at - 1]?.case === label ? '' : label,
        `${figure}, ${figures[figure]!.unit}`,
        figureText(spread.median),
        range(spread),
        ratio ? figureText(ratio.median) : '',
        ratio ? range(ratio) : '',
      ]);
    for (const { name: label, reason } of missing)
      table.push([rows.length === 0 ? name : '', label, { content: `not measured: ${reason}`, colSpan: 5 }]);
    if (failed !== undefined) table.push([name, { content: `failed: ${failed}`, colSpan: 6 }]);
  }
  return table.toString();
}

export function goalsTable(questions: readonly Answered[]): string {
  const table = new Table({
    head: ['goal', 'question', 'want', 'got', 'reached'],
    colWidths: [6, 14, 44, 50, 9],
    wordWrap: true,
    style: PLAIN,
  });
  for (const { name, goals } of questions)
    for (const { id, want, got, reached } of goals)
      table.push([id, name, want, got, reached === null ? '-' : reached ? 'yes' : 'no']);
  return table.length === 0 ? '' : table.toString();
}

/** Three significant digits, and every digit left of the point. */
export function figureText(value: number): string {
  if (!Number.isFinite(value)) return '-';
  const digits = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

const range = ({ min, max, runs }: Spread): string =>
  runs === 1 ? '' : `${figureText(min)} to ${figureText(max)}`;
