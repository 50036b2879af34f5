import type { ExitStatus } from '../stderr/frames.ts';

/** Which end of a connection sent something. */
export type Sender = 'client' | 'daemon';

/**
 * What either end of a multiplexed connection (`rexec-mux`) sends: the bytes of both connections of the protocol, how
 * many more of them it takes, and what the stderr channel carries besides stderr, each in frames of its own.
 */
export type MuxFrame =
  | { readonly type: 'main'; readonly chunk: Buffer } // request and stdin, or reply and stdout
  | { readonly type: 'stderr'; readonly chunk: Buffer } // from the daemon
  | { readonly type: 'mainEnd' } // half-close; no `main` follows
  | { readonly type: 'mainWindow'; readonly bytes: number } // so many more bytes of `main` are taken
  | { readonly type: 'stderrWindow'; readonly bytes: number } // from the client
  | { readonly type: 'signal'; readonly number: number } // from the client; 1 to 64 mean something
  | ExitStatus; // from the daemon
