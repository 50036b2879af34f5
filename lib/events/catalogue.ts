import type { Value } from '../text/index.ts';
import { COMMAND_EVENTS } from './entries/commands.ts';
import { PEER_EVENTS } from './entries/peers.ts';
import { SERVICE_EVENTS } from './entries/service.ts';

/** Every event there is. A field is a number or a text that a peer may have chosen: the log escapes and shortens it. */
export const CATALOGUE = { ...SERVICE_EVENTS, ...PEER_EVENTS, ...COMMAND_EVENTS } as const;

type Catalogue = typeof CATALOGUE;

export type EventName = keyof Catalogue;

/** The fields an event takes: exactly those of the catalogue. */
export type EventFields<Name extends EventName> = {
  readonly [Field in Catalogue[Name]['fields'][number]]: Value;
};
