import type { Stopped } from './report.ts';

/** What a run may take; without `seconds` any time. */
export interface Bounds {
  readonly cases: number;
  readonly seconds?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How far it is. */
interface SoFar {
  readonly cases: number;
  /** By performance.now(). */
  readonly startedAt: number;
}

/** Why a run ends here; undefined if it does not. `own`: a reason that the run itself has. */
export function stoppedBy(bounds: Bounds, { cases, startedAt }: SoFar, own?: Stopped): Stopped | undefined {
  if (bounds.signal?.aborted) return 'interrupted';
  if (own) return own;
  if (cases >= bounds.cases) return 'cases';
  const { seconds = Number.POSITIVE_INFINITY } = bounds;
  return performance.now() - startedAt > seconds * 1000 ? 'seconds' : undefined;
}
