import type { Answered } from '../ask.ts';
import type { Row } from '../results.ts';
import { isPeer } from './colors.ts';
import { times } from './sentences.ts';
import { escaped } from './text.ts';

type Verdict = 'wins' | 'loses' | 'even';
const HEADS: Readonly<Record<Verdict, string>> = {
  wins: 'rexecd wins',
  loses: 'rexecd does not win',
  even: 'No difference beyond the spread',
};

/** Where rexecd is better than the programs it is compared with, and where it is not: the first screen of the report. */
export function verdicts(questions: readonly Answered[]): string {
  const told: Record<Verdict, string[]> = { wins: [], loses: [], even: [] };
  for (const { figures, rows } of questions)
    for (const row of rows) {
      const kind = figures[row.figure]!;
      const verdict = kind.detail ? undefined : verdictOf(row, kind.better);
      if (verdict) told[verdict].push(`<li>${escaped(lineOf(row))}</li>`);
    }
  const { wins, loses, even } = told;
  const all = wins.length + loses.length + even.length;
  if (all === 0) return '<p class="headline">No other program was measured in this run.</p>';
  const sections = (Object.keys(HEADS) as Verdict[]).map((verdict) =>
    told[verdict].length === 0 ? '' : `<h3>${HEADS[verdict]}</h3><ul>${told[verdict].join('\n')}</ul>`,
  );
  return `<p class="headline">Beside other programs, rexecd wins ${wins.length} of ${all} comparisons and does not win ${loses.length}.</p>
<div class="verdicts">${sections.join('\n')}</div>`;
}

/** Undefined for a row that compares no other program with rexecd. Even: some runs were better and some worse. */
function verdictOf({ case: name, against, ratio }: Row, better: 'more' | 'less'): Verdict | undefined {
  if (!ratio || against === undefined || isPeer(name) || !isPeer(against)) return undefined;
  if (ratio.min <= 1 && ratio.max >= 1) return 'even';
  return ratio.median > 1 === (better === 'more') ? 'wins' : 'loses';
}

const lineOf = ({ case: name, figure, ratio, against }: Row): string =>
  `${name}: ${figure} ${times(ratio!)} that of ${against}`;
