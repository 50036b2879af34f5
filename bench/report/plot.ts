/** A measured point; `low` and `high` are the least and the most of several runs. */
export interface Point {
  readonly x: number;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
}

export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
}

export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
}

interface Axis {
  readonly label: string;
  readonly log?: boolean;
}

/** What the report shows of a question, with a sentence that says it. */
export type Plot = {
  readonly title: string;
  readonly sentence: string;
} & (
  | { readonly kind: 'lines'; readonly x: Axis; readonly y: Axis; readonly series: readonly Series[] }
  | { readonly kind: 'bars'; readonly label: string; readonly bars: readonly Bar[] }
);
