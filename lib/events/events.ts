import type { EventFields, EventName } from './catalogue.ts';

/** Where events go. */
export interface Events {
  /** Never throws. */
  emit<Name extends EventName>(name: Name, fields: EventFields<Name>): void;
}
