import { unquoted } from '../../text/index.ts';
import { CATALOGUE } from '../catalogue.ts';
import type { EventDefinition, Level } from '../definition.ts';
import type { LogEntry } from '../log-entry.ts';

/** Severities of messages, as in an NTSTATUS; kinds of entries, as of ReportEvent. */
const SEVERITIES: Readonly<Record<Level, number>> = { error: 3, warn: 2, info: 1, debug: 1 };
export const KINDS: Readonly<Record<Level, number>> = { error: 1, warn: 2, info: 4, debug: 4 };

/** What ReportEvent gets. */
export interface EventLogRecord {
  readonly kind: number;
  readonly id: number;
  readonly texts: readonly string[];
}

/** The identifier of an event in the event log and in the message library: `REXECD-200` is event 200, as an error 0xc00000c8. */
export const eventLogId = ({ id, level }: Pick<EventDefinition, 'id' | 'level'>): number =>
  ((SEVERITIES[level] << 30) | Number(id.slice(id.lastIndexOf('-') + 1))) >>> 0;

/** A record, as JSON while it waits. Its texts are in the order of the catalogue, which is that of the places in the message. */
export function eventLogRecord(entry: LogEntry): string {
  const { fields }: EventDefinition = CATALOGUE[entry.name];
  const texts = fields.map((field) => eventLogText(unquoted(entry.fields[field]!)));
  const record: EventLogRecord = { kind: KINDS[entry.level], id: eventLogId(entry), texts };
  return JSON.stringify(record);
}

/** A viewer would take `%1` or `%%1` in a text that a peer has chosen for a place of its own. */
export const eventLogText = (text: string): string => text.replaceAll(/%(?=[%\d])/g, '% ');
