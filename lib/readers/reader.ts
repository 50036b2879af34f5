import type { Socket } from 'node:net';
import type { Order } from './reader-protocol.ts';

/** The reader of a visit, as the visit sees it. */
export interface Reader {
  say(order: Order): void;
  /** Sends an end of a socket pair, which is closed here. */
  give(order: Order, socket: Socket): void;
  /** Kills the reader unless `met` is called within the time, which begins when it has started. @returns met */
  expect(what: string, seconds: number): () => void;
  /** Refuses a peer that its reader has let go. Resolves when the connection is closed. */
  turnAway(socket: Socket, line: string | null): Promise<void>;
}
