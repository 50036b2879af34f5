import type { Flags } from '../flags.ts';
import type { Target } from '../hosts/target.ts';
import { findLogins } from '../logins.ts';
import { Fleet } from './fleet.ts';
import { inputFor } from './input.ts';
import { passSignalsOn } from './interrupts.ts';
import { parallelWithin } from './open-files.ts';
import { Progress } from './progress.ts';
import { Collected } from './report/collected.ts';
import { FailedTo } from './report/failed-to.ts';
import { Files } from './report/files.ts';
import { Json } from './report/json.ts';
import { Outlet } from './report/outlet.ts';
import { Prefixed } from './report/prefixed.ts';
import type { Outlets, Report } from './report/report.ts';
import { Summary } from './report/summary.ts';
import { runAll } from './schedule.ts';
import { Tally } from './tally.ts';
import { askedByEnter, whoRuns } from './who-runs.ts';

/** Runs the command on every host, so many at once as may be; the largest exit code of them all. */
export async function runOnMany(targets: readonly Target[], command: string, given: Flags): Promise<number> {
  const flags = { ...given, maxParallel: parallelWithin(targets.length, given) };
  const failedTo = flags.failedTo === undefined ? undefined : new FailedTo(flags.failedTo, targets);
  const logins = await findLogins(targets, flags);
  const tally = new Tally(targets.length, flags.maxParallel);
  const progress = new Progress(tally, flags);
  const outlets = { out: new Outlet(process.stdout, progress), err: new Outlet(process.stderr, progress) };
  const report = await reportFor(targets, flags, outlets);
  const fleet = new Fleet(command, flags, report, await inputFor(targets.length, flags), tally);
  const say = (text: string): void => {
    outlets.err.write(`${text}\n`).catch(() => {});
  };
  const ask = () => say(whoRuns(fleet, tally));
  passSignalsOn(flags, fleet, tally, { ask, say: (text) => say(`rexec: ${text}`) });
  askedByEnter(ask);
  const summary = new Summary();
  const largest = await runAll(fleet, targets, logins, flags, {
    ended: (outcome) => {
      summary.add(outcome);
      failedTo?.add(outcome);
      progress.changed();
    },
    canariesSucceeded: (count, left) => {
      if (!flags.quiet) say(`rexec: ${count} of ${count} canaries succeeded; hosts left: ${left}`);
    },
  });
  for (const { password } of logins) password.wipe();
  await report.finish();
  progress.finish();
  failedTo?.write();
  if (!flags.quiet && !flags.json) process.stderr.write(summary.text);
  return Math.max(largest, report.exit ?? 0);
}

async function reportFor(targets: readonly Target[], flags: Flags, outlets: Outlets): Promise<Report> {
  const { json, outputDir, outputLimit, collect, diff, live } = flags;
  if (outputDir !== undefined) return Files.in(outputDir, outlets, outputLimit);
  if (json) return new Json(outlets, outputLimit);
  return collect || diff || live ? new Collected(outlets, flags, targets) : new Prefixed(outlets, flags);
}
