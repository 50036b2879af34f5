import type { Answered } from '../ask.ts';
import { machine, versions } from '../machine.ts';
import type { Goal } from '../question.ts';
import { figureText } from '../table.ts';
import { barChart } from './bars.ts';
import { lineChart } from './lines.ts';
import type { Plot } from './plot.ts';
import { STYLE } from './style.ts';
import { escaped } from './text.ts';
import { verdicts } from './verdict.ts';

/** How the figures were made. */
export interface Made {
  readonly runs: number;
  readonly quick: boolean;
}

/** The report: one page that needs nothing else. */
export function reportHtml(questions: readonly Answered[], { runs, quick }: Made): string {
  const host = `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}, Linux ${machine.kernel}`;
  const what = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const how = quick
    ? 'A smoke run: one small run of each case, so figures are rough.'
    : `Medians of ${runs} timed ${runs === 1 ? 'run' : 'runs'}, cases in turn; thin lines through bars and points go from the least to the most.`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>rexecd: benchmarks</title>
<style>${STYLE}</style>
<main>
<h1>rexecd: benchmarks</h1>
${verdicts(questions)}
<p>Everything runs on one machine over loopback, and the load shares its cores with the daemon: read the ratios, not
the absolute figures. ${how}</p>
<p class="quiet">${escaped(host)}<br>${escaped(what.join(', '))}<br>${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC</p>
${goalsSection(questions.flatMap(({ goals }) => goals))}
${questions.map((question) => section(question)).join('\n')}
</main>
</html>
`;
}

function goalsSection(goals: readonly Goal[]): string {
  if (goals.length === 0) return '';
  const rows = goals
    .toSorted((a, b) => a.id - b.id)
    .map(({ id, want, got, reached }, at, all) => {
      const [mark, word] =
        reached === null ? ['unknown', 'unknown'] : reached ? ['yes', '✓ reached'] : ['no', '✗ not yet'];
      const first = all[at - 1]?.id === id ? '' : String(id);
      return `<tr><td>${first}</td><td>${escaped(want)}</td><td>${escaped(got)}</td><td class="mark ${mark}">${word}</td></tr>`;
    });
  return `<h2>Goals</h2>
<div class="scroll"><table><tr><th></th><th>Want</th><th>Got</th><th></th></tr>
${rows.join('\n')}
</table></div>`;
}

function section({ name, asks, plots, missing, failed, seconds, ...measured }: Answered): string {
  const lacking = missing.map(
    ({ name: label, reason }) => `<br>Not measured: ${escaped(`${label}: ${reason}`)}.`,
  );
  const broken = failed === undefined ? '' : `<p class="no">Failed: ${escaped(failed)}</p>\n`;
  return `<section>
<h2>${escaped(asks)}</h2>
<p class="quiet">npm run bench -- ${name} (${seconds.toFixed(0)} s)${lacking.join('')}</p>
${broken}${plots.map((plot) => figure(plot)).join('\n')}
${figures(measured)}
</section>`;
}

function figure(plot: Plot): string {
  const { title, sentence } = plot;
  const empty = plot.kind === 'bars' ? plot.bars.length === 0 : plot.series.length === 0;
  if (empty) return '';
  const chart = plot.kind === 'bars' ? barChart(plot) : lineChart(plot);
  return `<figure><figcaption><h3>${escaped(title)}</h3><p>${escaped(sentence)}</p></figcaption>
${chart}</figure>`;
}

function figures({ figures: kinds, rows }: Pick<Answered, 'figures' | 'rows'>): string {
  const body = rows.map(({ case: label, figure: name, spread, ratio }) => {
    const cells = [spread.median, spread.min, spread.max, ratio?.median].map(
      (value) => `<td class="number">${value === undefined ? '' : figureText(value)}</td>`,
    );
    return `<tr><td>${escaped(label)}</td><td>${escaped(`${name}, ${kinds[name]!.unit}`)}</td>${cells.join('')}</tr>`;
  });
  const head = ['median', 'least', 'most', 'ratio'].map((name) => `<th class="number">${name}</th>`);
  return `<details><summary>All figures</summary><div class="scroll"><table>
<tr><th>Case</th><th>Figure</th>${head.join('')}</tr>
${body.join('\n')}
</table></div></details>`;
}
