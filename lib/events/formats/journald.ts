import { createHash } from 'node:crypto';
import { type Value, wellFormed } from '../../text/index.ts';
import { type LogEntry, messageOf } from '../log-entry.ts';
import { AUTHPRIV, SEVERITIES } from './syslog.ts';

/** The journal's 128-bit id of an event: the key of its catalogue. */
export const messageId = (id: string): string =>
  createHash('sha256').update(`rexecd${id}`).digest('hex').slice(0, 32);

/** The journal's name of an event's field: `localUser` is REXECD_LOCAL_USER, the status of a command REXECD_EXIT. */
export const journalField = (field: string): string =>
  `REXECD_${field === 'status' ? 'EXIT' : field.replace(/[A-Z]/g, '_$&').toUpperCase()}`;

/** An event in the journal's native form: a field a line. */
export function journalEntry(entry: LogEntry): Buffer {
  const { id, level, name, fields } = entry;
  return Buffer.concat([
    line('MESSAGE', messageOf(entry)),
    line('PRIORITY', SEVERITIES[level]),
    line('SYSLOG_IDENTIFIER', 'rexecd'),
    line('SYSLOG_FACILITY', AUTHPRIV),
    line('MESSAGE_ID', messageId(id)),
    line('REXECD_ID', id),
    line('REXECD_EVENT', name),
    ...Object.entries(fields).map(([field, value]) => line(journalField(field), wellFormed(value))),
  ]);
}

/** A value with a newline goes by its length, so that it cannot forge a field. */
function line(field: string, value: Value): Buffer {
  const bytes = Buffer.from(String(value));
  if (!bytes.includes('\n')) return Buffer.from(`${field}=${bytes}\n`);
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([Buffer.from(`${field}\n`), size, bytes, Buffer.from('\n')]);
}
