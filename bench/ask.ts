import { bounded } from './bounded.ts';
import { Cleanup } from './cleanup.ts';
import { measure } from './measure.ts';
import {
  type Bench,
  type FigureKind,
  type Goal,
  type Missing,
  MOST_SECONDS,
  type Question,
} from './question.ts';
import type { Plot } from './report/plot.ts';
import type { Row } from './results.ts';

/** A question with what was measured for it. */
export interface Answered {
  readonly name: string;
  readonly asks: string;
  readonly figures: Readonly<Record<string, FigureKind>>;
  readonly rows: readonly Row[];
  readonly missing: readonly Missing[];
  readonly goals: readonly Goal[];
  readonly plots: readonly Plot[];
  /** How long it took in all. */
  readonly seconds: number;
  /** Why there is no answer. */
  readonly failed?: string;
}

/** Starts what a question needs, measures, and ends all of it again. Does not reject. */
export async function ask(
  name: string,
  { asks, figures, prepare }: Question,
  extent: Pick<Bench, 'runs' | 'quick' | 'sessions'>,
  tell: (done: number, of: number, what: string) => void,
): Promise<Answered> {
  const cleanup = new Cleanup();
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1000;
  try {
    const bench = { ...extent, folder: cleanup.folder(), defer: cleanup.defer };
    const prepared = await bounded(prepare(bench), MOST_SECONDS, `the start of the peers of ${name}`);
    const results = await measure(prepared, extent.runs, tell);
    return {
      name,
      asks,
      figures,
      rows: results.rows,
      missing: prepared.missing ?? [],
      goals: prepared.goals?.(results) ?? [],
      plots: prepared.plots?.(results) ?? [],
      seconds: seconds(),
    };
  } catch (error) {
    const failed = (error as Error).message;
    return { name, asks, figures, rows: [], missing: [], goals: [], plots: [], seconds: seconds(), failed };
  } finally {
    await cleanup.run();
  }
}
