import type { Duplex } from 'node:stream';
import type { ClientCertificate } from '../login/index.ts';
import type { MuxedChannel } from './mux-channel.ts';

/** A peer's bytes and where they come from: a socket, or a stream of one that carries several. */
export interface Connection extends Duplex {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly localAddress?: string | undefined;
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

/** What is different about a connection that is not a plain socket. */
export interface Secured {
  /** The peer's certificate, which was verified; null where it has none. */
  readonly certificate: ClientCertificate | null;
  /** What the connection itself carries beside its bytes. */
  readonly channel?: MuxedChannel;
  /** Whether a channel may be connected back in clear text. */
  readonly connectsBack: boolean;
}
