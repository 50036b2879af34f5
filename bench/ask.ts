import { Cleanup } from './cleanup.ts';
import { measure } from './measure.ts';
import type { Bench, FigureKind, Goal, Missing, Question } from './question.ts';
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
}

/** Starts what a question needs, measures, and ends all of it again. */
export async function ask(
  name: string,
  { asks, figures, prepare }: Question,
  extent: Pick<Bench, 'runs' | 'quick' | 'sessions'>,
  tell: (done: number, of: number, what: string) => void,
): Promise<Answered> {
  const cleanup = new Cleanup();
  try {
    const prepared = await prepare({ ...extent, folder: cleanup.folder(), defer: cleanup.defer });
    const results = await measure(prepared, extent.runs, tell);
    return {
      name,
      asks,
      figures,
      rows: results.rows,
      missing: prepared.missing ?? [],
      goals: prepared.goals?.(results) ?? [],
      plots: prepared.plots?.(results) ?? [],
    };
  } finally {
    await cleanup.run();
  }
}
