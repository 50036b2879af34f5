import { CATALOGUE } from './catalogue.ts';
import type { EventDefinition } from './definition.ts';
import { journalField, messageId } from './formats/journald.ts';

const EVENTS: readonly (readonly [name: string, event: EventDefinition])[] = Object.entries<EventDefinition>(
  CATALOGUE,
).sort(([, a], [, b]) => (a.id < b.id ? -1 : 1));

/** The catalogue for the journal (`journalctl -x`): a file for /usr/lib/systemd/catalog. */
export function journalCatalogue(): string {
  const entries = EVENTS.map(([, { id, text, fields, meaning }]) => {
    const values = fields.map((field) => `${field}: @${journalField(field)}@`);
    const head = [`-- ${messageId(id)}`, `Subject: rexecd: ${text} (${id})`, 'Defined-By: rexecd'];
    return [...head, 'Documentation: man:rexecd(8)', '', meaning, ...values, ''].join('\n');
  });
  return entries.join('\n');
}

/** All events for human readers, as a table of markdown. */
export function eventTable(): string {
  const rows = EVENTS.map(([name, { id, level, access, always, text, fields, meaning }]) => {
    const when = access ? `${level}, access` : always ? `${level}, always` : level;
    return row([id, when, name, text, fields.join(', '), meaning]);
  });
  const head = ['id', 'level', 'name', 'event', 'fields', 'what happened, what to do'];
  return [row(head), row(head.map(() => '---')), ...rows, ''].join('\n');
}

const row = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
