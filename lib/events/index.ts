/** What happened, as catalogued events, and where they are written. */
export { CATALOGUE, type EventFields, type EventName, type Level } from './catalogue.ts';
export { EventLog } from './event-log.ts';
export { printableText } from './printable.ts';
