import { writeFile } from 'node:fs/promises';
import { counted } from '../../../base/index.ts';
import {
  type Comparison,
  type Finding,
  ORACLES,
  type Progress,
  printScript,
  type Replay,
  type Report,
  summaryPage,
  writeFinding,
} from '../../../fuzz/index.ts';
import type { Flags } from './options.ts';
import { replayCommands } from './replay.ts';
import { say } from './say.ts';

const PROGRESS_MS = 2000;

/** Says on standard error how far a run is, now and then. */
export function progressReporter(): (progress: Progress) => void {
  let last = performance.now();
  return ({ cases, findings, features }) => {
    if (performance.now() - last < PROGRESS_MS) return;
    last = performance.now();
    const told = [
      counted(cases, 'case'),
      counted(findings, 'finding'),
      counted(features, 'distinct behaviour'),
    ];
    process.stderr.write(`${told.join(', ')}\n`);
  };
}

/** A report, and how its targets are spelled on the command line. */
export interface Run {
  readonly report: Report | Comparison;
  readonly targets: readonly string[];
}

const HINTS: Partial<Record<Report['stopped'], string>> = {
  'limit of inetd':
    '; inetd has stopped the service for 10 minutes, because it was started too often; raise its limit (256 starts per minute): nowait.MAXIMUM in inetd.conf',
};

/** Prints what runs found, and writes the files; true when something was found that shows itself again. */
export async function tellRuns(runs: readonly Run[], flags: Flags): Promise<boolean> {
  for (const run of runs) tellRun(run, flags);
  const reports = runs.map(({ report }) => report);
  if (flags.summary !== undefined) await writeFile(flags.summary, summaryPage(reports));
  return reports.some(({ findings }) => findings.some(({ again }) => again));
}

function tellRun({ report, targets }: Run, flags: Flags): void {
  const { target, cases, seconds, seed, findings, stopped, undecided } = report;
  const groups = groupsOf(findings.filter(({ again }) => again));
  const rate = Math.round(cases / seconds);
  const told = groups.length === 0 ? 'nothing found' : `${groups.length} found`;
  say(
    `${target}: ${counted(cases, 'case')} in ${seconds.toFixed(1)} s (${rate} per second), seed ${seed}: ${told}`,
  );
  if (stopped !== 'cases') say(`stopped early: ${stopped}${HINTS[stopped] ?? ''}`);
  if (undecided.length > 0)
    say(`not decided: ${undecided.join(', ')}; a quarter of --seconds was too short to measure`);
  const pathOf = (finding: Finding): string => writeFinding(finding, flags.findings, seed);
  for (const [first, ...others] of groups) {
    const { oracle, detail, script, count } = first!;
    const path = pathOf(first!);
    const replays = script ? replayCommands(targets, path, flags) : ['no script alone shows it'];
    say(`${nameOf(first!)} (${counted(count, 'time')})`);
    say(`  expected: ${ORACLES[oracle]}`);
    say(`  seen:     ${detail}`);
    for (const line of replays) say(`  replay:   ${line}`);
    for (const other of others)
      say(`  also:     ${other.cause} (${counted(other.count, 'time')}): ${pathOf(other)}`);
  }
  for (const finding of findings.filter(({ again }) => !again))
    say(`seen once, not reproduced: ${nameOf(finding)}: ${pathOf(finding)}`);
  if ('explained' in report)
    for (const { because, count } of report.explained) say(`explained ${counted(count, 'time')}: ${because}`);
}

/** Findings that most likely have one cause, smallest first: those of one oracle, each difference by itself. */
function groupsOf(findings: readonly Finding[]): Finding[][] {
  const groups = Map.groupBy(findings, (finding) =>
    finding.oracle === 'differs' ? nameOf(finding) : finding.oracle,
  );
  return [...groups.values()].map((group) => group.toSorted((one, other) => sizeOf(one) - sizeOf(other)));
}

const sizeOf = ({ script }: Finding): number =>
  script === undefined ? Number.POSITIVE_INFINITY : printScript(script).length;

const nameOf = ({ oracle, cause }: Finding): string => `${oracle}: ${cause}`;

/** Tells what a script showed; true when something is wrong with it. */
export function tellReplay({ observation, violations }: Replay): boolean {
  for (const { peer, sent, arrivals, end, channel } of observation.peers) {
    const got = Buffer.concat(arrivals.map(({ bytes }) => bytes));
    say(`${peer} sent ${counted(sent.length, 'byte')}, got ${quoted(got)}, then ${end}`);
    if (channel)
      say(
        `${peer} stderr port ${channel.port}: ${counted(channel.connections, 'connection')}, got ${quoted(channel.received)}`,
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
