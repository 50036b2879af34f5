import { CATALOGUE, type EventFields, type EventName } from './catalogue.ts';
import type { Level } from './definition.ts';
import { printable } from './printable.ts';

/** An event that happened, as sinks get it. */
export interface LogEntry {
  readonly at: string; // ISO 8601
  readonly name: EventName;
  readonly id: string;
  readonly level: Level;
  readonly text: string;
  /** Just as the emitter gave them; whoever writes them bounds and encodes them. */
  readonly fields: Readonly<Record<string, string | number>>;
}

export function entryOf<Name extends EventName>(name: Name, fields: EventFields<Name>): LogEntry {
  const { id, level, text } = CATALOGUE[name];
  return { at: new Date().toISOString(), name, id, level, text, fields };
}

/** An event for a human reader, on one line: id, text, fields. */
export function messageOf({ id, text, fields }: LogEntry): string {
  const shown = Object.entries(fields).map(([key, value]) => ` ${key}=${printable(value)}`);
  return `${id} ${text}:${shown.join('')}`;
}
