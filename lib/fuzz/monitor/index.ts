/** What root makes of readers and hosts, fuzzed in this process. */
import type { Report } from '../campaign/report.ts';
import type { Violation } from '../oracles/sight.ts';
import type { Script } from '../script/script.ts';
import type { MonitorFuzzOptions } from './campaign.ts';

export type { MonitorFuzzOptions } from './campaign.ts';

/**
 * Plays random messages of readers and hosts against the real monitor. It is loaded when it is called: it is the only
 * part of this room that needs C functions of the system.
 */
export async function fuzzMonitor(options: MonitorFuzzOptions = {}): Promise<Report> {
  const { MonitorCampaign } = await import('./campaign.ts');
  return new MonitorCampaign(options).run();
}

/** Plays a script against the monitor. @throws FuzzError `FUZZ_SCRIPT_INVALID` for a script that is not for it */
export async function checkMonitor(script: Script): Promise<Violation[]> {
  const { check } = await import('./campaign.ts');
  return check(script);
}
