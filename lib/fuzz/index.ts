/**
 * A fuzzing harness for rexec servers: scripts, generators, targets, oracles, shrinking.
 *
 * @module rexecd/fuzz
 */
export { fuzz } from './campaign/campaign.ts';
export { type Finding, fileNameOf, findingText, type OnFinding, writeFinding } from './campaign/findings.ts';
export { type Replay, replay } from './campaign/replay.ts';
export type { Progress, Report, Stopped } from './campaign/report.ts';
export { summaryPage } from './campaign/summary.ts';
export { type CodecFuzzOptions, checkCodec, type Decoders, fuzzCodec, type Kind } from './codec/index.ts';
export { SEEDS, type Seed } from './corpus/index.ts';
export {
  type CompareOptions,
  type Comparison,
  compare,
  type Explanation,
  IN_REXECD,
  parseExplanations,
} from './differential/index.ts';
export { FuzzError, type FuzzErrorCode } from './errors.ts';
export { checkMonitor, fuzzMonitor, type MonitorFuzzOptions } from './monitor/index.ts';
export type { FuzzOptions } from './options.ts';
export { isOracle, ORACLES, type OracleId } from './oracles/catalogue.ts';
export { parseScript, printScript } from './script/script-text.ts';
export type { Login, PlayOptions } from './settings.ts';
export * as targets from './targets/index.ts';
export type { Target } from './targets/target.ts';
