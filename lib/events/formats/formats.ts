import { printableJson, wellFormed } from '../../text/index.ts';
import { type LogEntry, messageOf } from '../log-entry.ts';

export type Format = keyof typeof FORMATS;

/** Lines of the console and of files. */
export const FORMATS = {
  text: (entry: LogEntry): string => `${entry.at} ${entry.level} ${messageOf(entry)}`,

  json({ at, level, id, name, text, fields }: LogEntry): string {
    const values = Object.entries(fields).map(([key, value]) => [key, wellFormed(value)]);
    return printableJson({ time: at, level, id, event: name, text, ...Object.fromEntries(values) });
  },
} as const;
