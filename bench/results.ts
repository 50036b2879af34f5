import type { Case, Figures } from './question.ts';

/** Of several runs. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { median, min: sorted[0]!, max: sorted.at(-1)!, runs: sorted.length };
}

/** One figure of one case. */
export interface Row {
  readonly case: string;
  readonly figure: string;
  readonly spread: Spread;
  /** The case it is compared with. */
  readonly against: string | undefined;
  /** To the same figure of that case: of each pair of runs, not of the medians. */
  readonly ratio: Spread | undefined;
}

/** What the cases of a question measured. */
export class Results {
  readonly #cases = new Map<string, { against: string | undefined; runs: Figures[] }>();

  constructor(cases: readonly Pick<Case, 'name' | 'against'>[]) {
    for (const { name, against } of cases) this.#cases.set(name, { against, runs: [] });
  }

  add(name: string, figures: Figures): void {
    this.#cases.get(name)!.runs.push(figures);
  }

  /** Undefined where the case or its figure was not measured. */
  of(name: string, figure: string): Spread | undefined {
    const values = this.#values(name, figure);
    return values.length === 0 ? undefined : spreadOf(values);
  }

  /** Undefined where one of the two was not measured, or nothing but zeros to compare with. */
  ratio(name: string, figure: string, against = this.#cases.get(name)?.against): Spread | undefined {
    if (against === undefined) return undefined;
    const others = this.#values(against, figure);
    const pairs = this.#values(name, figure).slice(0, others.length);
    const ratios = pairs.map((value, run) => value / others[run]!).filter(Number.isFinite);
    return ratios.length === 0 ? undefined : spreadOf(ratios);
  }

  get rows(): Row[] {
    return [...this.#cases].flatMap(([name, { against, runs }]) =>
      Object.keys(runs[0] ?? {}).map((figure) => ({
        case: name,
        figure,
        spread: this.of(name, figure)!,
        against,
        ratio: this.ratio(name, figure),
      })),
    );
  }

  #values(name: string, figure: string): number[] {
    const runs = this.#cases.get(name)?.runs ?? [];
    return runs.flatMap((figures) => figures[figure] ?? []);
  }
}
