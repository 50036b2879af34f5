import Table from 'cli-table3';
import { adviceOn } from '../failures.ts';
import { type Outcome, statusText } from './report.ts';

const PLAIN = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
} as const;

/** One row per host, hints about those that failed, and how many did. */
export function summaryOf(outcomes: readonly Outcome[]): string {
  const table = new Table({
    head: ['HOST', 'RESULT', 'SECONDS'],
    colAligns: ['left', 'left', 'right'],
    chars: PLAIN,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
  });
  for (const outcome of outcomes)
    table.push([outcome.target.name, statusText(outcome), outcome.seconds.toFixed(2)]);
  const advice = new Set(outcomes.map(({ error }) => adviceOn(error)).filter((each) => each !== undefined));
  const good = outcomes.filter(({ exit }) => exit === 0).length;
  return [
    table.toString(),
    ...[...advice].map((each) => `rexec: hint: ${each}`),
    `rexec: ${good} of ${outcomes.length} hosts succeeded`,
    '',
  ].join('\n');
}
