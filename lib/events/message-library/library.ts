import { CATALOGUE } from '../catalogue.ts';
import type { EventDefinition } from '../definition.ts';
import { eventLogId } from '../formats/event-log.ts';
import { type Message, messageTable } from './message-table.ts';
import { resourceLibrary } from './resource-library.ts';

const MESSAGE_TABLE = 11;
const ENGLISH = 0x409;

/** What the event log of Windows says of each event: its text, its fields, and what to do. */
export const eventMessages = (): Message[] => Object.values<EventDefinition>(CATALOGUE).map(messageFor);

/** The library that has them, for EventMessageFile: the same bytes whenever and wherever it is made. */
export const messageLibrary = (): Buffer =>
  resourceLibrary(MESSAGE_TABLE, ENGLISH, messageTable(eventMessages()));

function messageFor(event: EventDefinition): Message {
  const { id, text, fields, meaning } = event;
  const places = fields.map((field, index) => `${field}: %${index + 1}`);
  const lines = [`${literal(text)} (${id})`, ...places, '', literal(meaning)];
  return { id: eventLogId(event), text: lines.map((line) => `${line}\r\n`).join('') };
}

const literal = (text: string): string => text.replaceAll('%', '%%');
