/** A bench answers one question by cases that all do the same work. */
export interface Question {
  /** What one call of a case handles. */
  readonly unit: string;
  /** Calls in one timed run. */
  readonly repeats: number;
  /** Calls under way at a time; one after another unless given. */
  readonly parallel?: number;
  /** Each gives the size of its answer; cases whose answers differ are not timed. */
  readonly cases: Readonly<Record<string, () => Promise<number>>>;
  readonly close?: () => Promise<unknown>;
}
