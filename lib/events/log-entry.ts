import { bounded, printable, type Value } from '../text/index.ts';
import { CATALOGUE, type EventFields, type EventName } from './catalogue.ts';
import type { EventDefinition, Level } from './definition.ts';

/** An event that happened, as sinks get it. */
export interface LogEntry {
  readonly at: string; // ISO 8601
  readonly name: EventName;
  readonly id: string;
  readonly level: Level;
  readonly text: string;
  /** Bounded; the sink that writes them encodes them. */
  readonly fields: Readonly<Record<string, Value>>;
}

export function entryOf<Name extends EventName>(name: Name, fields: EventFields<Name>): LogEntry {
  const { id, level, text, whole = [] }: EventDefinition = CATALOGUE[name];
  const values = Object.entries<Value>(fields).map(
    ([field, value]) => [field, whole.includes(field) ? value : bounded(value)] as const,
  );
  return { at: new Date().toISOString(), name, id, level, text, fields: Object.fromEntries(values) };
}

/** An event for a human reader, on one line: id, text, fields. */
export function messageOf({ id, text, fields }: LogEntry): string {
  const shown = Object.entries(fields).map(([key, value]) => ` ${key}=${printable(value)}`);
  return `${id} ${text}:${shown.join('')}`;
}
