import type { Duplex } from 'node:stream';

/** A peer's bytes and where they come from: a socket, or a stream of one that carries several. */
export interface Connection extends Duplex {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly localAddress?: string | undefined;
  readonly bytesRead: number;
  readonly bytesWritten: number;
}
