import { writeFile } from 'node:fs/promises';
import {
  type Comparison,
  type Finding,
  type Progress,
  type Replay,
  type Report,
  summaryPage,
  writeFindings,
} from '../../fuzz/index.ts';
import { say } from './say.ts';

const PROGRESS_MS = 2000;

/** Says on standard error how far a run is, now and then. */
export function progressReporter(): (progress: Progress) => void {
  let last = performance.now();
  return ({ cases, findings, features }) => {
    if (performance.now() - last < PROGRESS_MS) return;
    last = performance.now();
    process.stderr.write(`${cases} cases, ${findings} findings, ${features} distinct behaviours\n`);
  };
}

/** Where results go besides standard output. */
export interface Places {
  readonly findings: string;
  readonly summary?: string;
}

/** Tells what runs found, and writes the files; true when something was found that shows itself again. */
export async function tellReports(
  reports: readonly (Report | Comparison)[],
  places: Places,
): Promise<boolean> {
  for (const report of reports) {
    const { target, cases, seconds, seed, findings, stopped } = report;
    const rate = Math.round(cases / seconds);
    say(
      `${target}: ${cases} cases in ${seconds.toFixed(1)} s (${rate} per second), seed ${seed}: ${toldOf(report)}`,
    );
    if (stopped !== 'cases') say(`stopped early: ${stopped}`);
    const paths = findings.length > 0 ? await writeFindings(findings, places.findings, seed) : [];
    for (const [index, finding] of findings.entries()) say(lineOf(finding, paths[index]!));
    if ('explained' in report)
      for (const { because, count } of report.explained) say(`explained ${count} times: ${because}`);
  }
  if (places.summary !== undefined) await writeFile(places.summary, summaryPage(reports));
  return reports.some(({ findings }) => findings.some(({ again }) => again));
}

function toldOf({ findings }: Report): string {
  const certain = findings.filter(({ again }) => again).length;
  return certain === 0 ? 'nothing found' : `${certain} found`;
}

function lineOf({ oracle, cause, count, again }: Finding, path: string): string {
  const how = again ? `${count} times` : 'once, not reproduced';
  return `${oracle}: ${cause} (${how}): ${path}`;
}

/** Tells what a script showed; true when something is wrong with it. */
export function tellReplay({ observation, violations }: Replay): boolean {
  for (const { peer, sent, arrivals, end, channel } of observation.peers) {
    const got = Buffer.concat(arrivals.map(({ bytes }) => bytes));
    say(`${peer} sent ${sent.length} bytes, got ${quoted(got)}, then ${end}`);
    if (channel)
      say(
        `${peer} stderr port ${channel.port}: ${channel.connections} connections, got ${quoted(channel.received)}`,
      );
  }
  for (const { oracle, cause, detail } of violations) say(`${oracle}: ${cause}: ${detail}`);
  if (violations.length === 0) say('no problem found');
  return violations.length > 0;
}

const MOST_SHOWN = 200; // bytes
const quoted = (bytes: Buffer): string => {
  const shown = JSON.stringify(bytes.toString('latin1', 0, MOST_SHOWN));
  return bytes.length > MOST_SHOWN ? `${shown} and more (${bytes.length} bytes in all)` : shown;
};
