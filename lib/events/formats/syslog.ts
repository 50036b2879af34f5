import { hostname } from 'node:os';
import { unquoted, type Value } from '../../text/index.ts';
import type { Level } from '../definition.ts';
import { type LogEntry, messageOf } from '../log-entry.ts';

/** Security messages for the eyes of administrators only: they name users and commands. */
export const AUTHPRIV = 10;

export const SEVERITIES: Readonly<Record<Level, number>> = { error: 3, warn: 4, info: 6, debug: 7 };

const HOST =
  hostname()
    .replace(/[^\x21-\x7e]/g, '')
    .slice(0, 255) || '-';

/** An element that no authority has registered carries a number; this one is free for everyone (RFC 5612). */
const ELEMENT = 'rexecd@32473';

/** An event in the form of RFC 5424: its id, its fields as structured data, and the line that humans read. */
export function syslogMessage(entry: LogEntry): Buffer {
  const { at, id, level, name, fields } = entry;
  const parameters = Object.entries({ event: name, ...fields }).map(
    ([key, value]) => ` ${key}="${parameter(value)}"`,
  );
  const head = `<${AUTHPRIV * 8 + SEVERITIES[level]}>1 ${at} ${HOST} rexecd ${process.pid} ${id}`;
  return Buffer.from(`${head} [${ELEMENT}${parameters.join('')}] ${messageOf(entry)}`);
}

const parameter = (value: Value): string => unquoted(value).replace(/["\\\]]/g, '\\$&');
