import type { Plot } from './report/plot.ts';
import type { Results } from './results.ts';

/** Figures of one timed run, by name. */
export type Figures = Readonly<Record<string, number>>;

export interface FigureKind {
  readonly unit: string;
  readonly better: 'more' | 'less';
  /** Hardly depends on the machine, so runs on different ones can be compared without a baseline. */
  readonly steady?: boolean;
  /** Not worth a row where there are many. */
  readonly detail?: boolean;
}

/** For any step that has no limit of its own: to start the peers, to agree, one run. Nothing waits longer. */
export const MOST_SECONDS = 120;

/** One way to do the work of a question. */
export interface Case {
  readonly name: string;
  /** The case it is compared with; none for a baseline itself. */
  readonly against?: string;
  /** What the work answers. Cases that name an answer and answer differently are not timed. */
  readonly answer?: () => Promise<string>;
  /** One timed run. */
  readonly run: () => Promise<Figures>;
  /** Timed runs, where they take too long to be made as often as the others. */
  readonly runs?: number;
  /** False where a run needs none before it that is not counted. */
  readonly warmUp?: boolean;
  /** The longest that one run may take; {@link MOST_SECONDS} otherwise. */
  readonly seconds?: number;
}

/** A case that cannot be measured here, and why. */
export interface Missing {
  readonly name: string;
  readonly reason: string;
}

/** What a figure is to be. */
export interface Goal {
  readonly id: number;
  readonly want: string;
  readonly got: string;
  /** Null where it could not be measured. */
  readonly reached: boolean | null;
}

/** A question whose peers run. */
export interface Prepared {
  readonly cases: readonly Case[];
  readonly missing?: readonly Missing[];
  readonly goals?: (results: Results) => readonly Goal[];
  readonly plots?: (results: Results) => readonly Plot[];
}

/** How much is to be measured, and what ends with it. */
export interface Bench {
  /** Timed runs of each case. */
  readonly runs: number;
  /** A smoke run: everything is small. */
  readonly quick: boolean;
  /** Sessions over which nothing may grow. */
  readonly sessions: number;
  /** A folder for whatever a question needs; gone when it is answered. */
  readonly folder: string;
  /** Undone when the question is answered, and whenever the program ends before that; last in, first out. */
  defer(undo: () => unknown): void;
}

/** A bench answers one question by cases that all do the same work. */
export interface Question {
  /** In words, as the report asks it. */
  readonly asks: string;
  readonly figures: Readonly<Record<string, FigureKind>>;
  readonly prepare: (bench: Bench) => Promise<Prepared>;
}

/** `got` of a goal that could not be measured. */
export const notMeasured = (id: number, want: string, reason: string): Goal => ({
  id,
  want,
  got: `not measured: ${reason}`,
  reached: null,
});
