import { counted } from '../../base/index.ts';
import type { Comparison } from '../differential/index.ts';
import type { Footprint } from '../judge/footprint.ts';
import { ORACLES } from '../oracles/catalogue.ts';
import { printScript } from '../script/script-text.ts';
import { type Finding, fileNameOf } from './findings.ts';
import type { Report } from './report.ts';

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;max-width:60em;margin:2em auto;padding:0 1em}
table{border-collapse:collapse}td,th{padding:.2em .8em .2em 0;text-align:left;vertical-align:top}
pre{background:#f4f4f4;padding:.6em;overflow-x:auto}h2{margin-top:2em}.good{color:#070}.bad{color:#a00}`;

/** Reports as one HTML page that needs nothing else. */
export function summaryPage(reports: readonly (Report | Comparison)[]): string {
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>rexec-fuzz</title>
<style>${STYLE}</style>
<h1>rexec-fuzz</h1>
${reports.map(section).join('\n')}
</html>
`;
}

function section(report: Report | Comparison): string {
  const certain = report.findings.filter(({ again }) => again);
  const once = report.findings.filter(({ again }) => !again);
  const verdict =
    certain.length > 0 ? `<b class="bad">${certain.length} found</b>` : '<b class="good">nothing found</b>';
  return [
    `<h2>${escaped(report.target)}: ${verdict}</h2>`,
    `<table>${facts(report).map(row).join('')}</table>`,
    ...certain.map(findingSection),
    ...(once.length > 0 ? ['<h3>Seen once and not again</h3>', ...once.map(findingSection)] : []),
    ...('explained' in report ? [explainedTable(report)] : []),
  ].join('\n');
}

/** What a run was, each fact as its name and its value. */
function facts(report: Report): [string, string][] {
  const { cases, seconds, seed, stopped, corpus, features, probes, coverage, footprint } = report;
  return [
    [
      'cases',
      `${cases} in ${seconds.toFixed(1)} s (${Math.round(cases / seconds)} a second), then ${stopped}`,
    ],
    ['seed', `${seed}`],
    ['new behaviour', `${features} kinds, ${corpus} scripts kept`],
    ...(probes > 0 ? [['valid logins between', `${probes}`] as [string, string]] : []),
    ...(coverage ? [['blocks of code', `${coverage.covered} of ${coverage.total}`] as [string, string]] : []),
    ...(footprint
      ? [
          ['held before and after', `${heldBy(footprint.before)}; ${heldBy(footprint.after)}`] as [
            string,
            string,
          ],
        ]
      : []),
  ];
}

const heldBy = ({ memory, descriptors, children }: Footprint): string =>
  `${Math.round(memory / 1024 / 1024)} MiB, ${descriptors} descriptors, ${children} children`;

function findingSection(finding: Finding): string {
  const { oracle, cause, detail, count, script } = finding;
  return [
    `<h3>${escaped(`${oracle}: ${cause}`)}</h3>`,
    `<p>Expected: ${escaped(ORACLES[oracle])}.<br>Seen ${counted(count, 'time')}: ${escaped(detail)}</p>`,
    ...(script ? [`<pre>${escaped(printScript(script))}</pre>`, `<p>File: ${fileNameOf(finding)}</p>`] : []),
  ].join('\n');
}

function explainedTable({ explained }: Comparison): string {
  const rows = explained.map(({ because, count }) => row([`${count}`, because]));
  return `<h3>Differences that are explained</h3><table>${rows.join('')}</table>`;
}

const row = ([name, value]: readonly [string, string]): string =>
  `<tr><th>${escaped(name)}</th><td>${escaped(value)}</td></tr>`;

const escaped = (text: string): string =>
  text.replaceAll(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
