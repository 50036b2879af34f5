import type { EventFields, EventName } from './catalogue.ts';

/** Sees every event, whatever is written of it. Must not throw, and must not emit. */
export type EventObserver = <Name extends EventName>(name: Name, fields: EventFields<Name>) => void;

/** Where events go. */
export interface Events {
  /** Never throws. */
  emit<Name extends EventName>(name: Name, fields: EventFields<Name>): void;
}
