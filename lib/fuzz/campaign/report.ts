import type { Footprint } from '../judge/footprint.ts';
import type { OracleId } from '../oracles/catalogue.ts';
import type { Finding } from './findings.ts';

/** Why a run ended; `limit of inetd`: inetd no longer starts the target, because it did so too often. */
export type Stopped = 'cases' | 'found' | 'seconds' | 'interrupted' | 'target gone' | 'limit of inetd';

/** How far a run is. */
export interface Progress {
  readonly cases: number;
  readonly findings: number; // that were seen twice
  readonly features: number;
}

/** What a run did and found. */
export interface Report {
  readonly target: string;
  readonly seed: number;
  readonly cases: number;
  readonly seconds: number;
  readonly stopped: Stopped;
  /** Scripts, or inputs, that did something new, and how many new things there were. */
  readonly corpus: number;
  readonly features: number;
  /** How often a valid login was tried between cases. */
  readonly probes: number;
  /** What the target held before the first case and after the last one. */
  readonly footprint?: { readonly before: Footprint; readonly after: Footprint } | undefined;
  /** Blocks of code that were run, of those there are; in process only. */
  readonly coverage?: { readonly covered: number; readonly total: number } | undefined;
  /** What was to be measured before the first case, and was not in its share of the time. */
  readonly undecided: readonly OracleId[];
  readonly findings: readonly Finding[];
}
