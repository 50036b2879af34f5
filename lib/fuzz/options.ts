import type { OnFinding } from './campaign/findings.ts';
import type { Progress } from './campaign/report.ts';
import type { OracleId } from './oracles/catalogue.ts';
import type { PlayOptions } from './settings.ts';

export interface FuzzOptions extends Partial<PlayOptions> {
  readonly seed?: number;
  /** Cases to play; 2000 otherwise. */
  readonly cases?: number;
  /** Time after which no new case begins, in seconds. */
  readonly seconds?: number;
  /** Scripts that are played at once; 16 otherwise. */
  readonly parallel?: number;
  /** Misbehaviours that are not looked for. */
  readonly except?: readonly OracleId[];
  /** Stop once something was found. */
  readonly untilFound?: boolean;
  /** Time to shrink each finding, in seconds; 10 otherwise. */
  readonly shrinkSeconds?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  readonly onFinding?: OnFinding;
}
