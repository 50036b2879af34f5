/** What happened, as catalogued events, and where they are written. */
export { CATALOGUE, type EventFields, type EventName } from './catalogue.ts';
export type { EventDefinition, Level } from './definition.ts';
export { eventTable, journalCatalogue } from './documents.ts';
export { EventLog, type LogOptions, type SinkName } from './event-log.ts';
export type { EventObserver, Events } from './events.ts';
export { eventLogId } from './formats/event-log.ts';
export { eventMessages, messageLibrary } from './message-library/library.ts';
export { type RecentEvent, RecentEvents } from './recent.ts';
export { standardErrorToEventLog } from './standard-error.ts';
