/**
 * A fuzzing harness for rexec servers: scripts, generators, targets, oracles, shrinking.
 *
 * @module rexecd/fuzz
 */
export { type FuzzOptions, fuzz, type Progress } from './campaign.ts';
export { SEEDS, type Seed } from './corpus/index.ts';
export { FuzzError, type FuzzErrorCode } from './errors.ts';
export { type Finding, fileNameOf, findingText, writeFindings } from './findings.ts';
export { ORACLES, type OracleId } from './oracles/catalogue.ts';
export { type Replay, replay } from './replay.ts';
export type { Report } from './report.ts';
export { parseScript, printScript } from './script-text.ts';
export type { Login, PlayOptions } from './settings.ts';
export * as targets from './targets/index.ts';
export type { Target } from './targets/target.ts';
