/** How grave an event is; by default only errors are written (rexecd(8), event log). */
export type Level = 'error' | 'warn' | 'info' | 'debug';

/** The most severe first. */
export const LEVELS: Readonly<Record<Level, number>> = { error: 0, warn: 1, info: 2, debug: 3 };

/** What the catalogue says of an event. */
export interface EventDefinition {
  /** Stable: log filters and runbooks rely on it. */
  readonly id: string;
  readonly level: Level;
  readonly text: string;
  readonly fields: readonly string[];
  /** Fields that are never cut, because they are our own words and useless in part. */
  readonly whole?: readonly string[];
  /** Says who ran what: written whatever the level when the administrator asks for access events. */
  readonly access?: true;
  /** Written whatever the level: one line that says that the daemon runs. */
  readonly always?: true;
  /** What happened and what to do, in one sentence. */
  readonly meaning: string;
}
