/** What one end says to the other, as typed frames: the vocabulary of the room, nothing executable but a name table. */

/** The four fields of a request, in wire order. */
export type FieldName = 'stderrPort' | 'user' | 'password' | 'command';

/** What a client sends: each field once, in this order, then any number of stdin chunks. */
export type RequestFrame =
  | { readonly type: 'stderrPort'; readonly port: number } // 0: no stderr channel
  | { readonly type: 'user'; readonly bytes: Buffer } // text of any charset, or none
  | { readonly type: 'password'; readonly secret: Buffer } // the receiver owns it and wipes it
  | { readonly type: 'command'; readonly bytes: Buffer } // the same
  | { readonly type: 'stdin'; readonly chunk: Buffer };

/** What a daemon answers on the main connection: one `accepted` or one `refused`; after `accepted`, stdout chunks. */
export type ReplyFrame =
  | { readonly type: 'accepted' }
  | { readonly type: 'refused'; readonly text: string } // the diagnostic, without its newline
  | { readonly type: 'stdout'; readonly chunk: Buffer };

/** How a command ended: by itself with a code (0 to 255), or by a signal (its name, such as `SIGTERM`). */
export type ExitStatus =
  | { readonly type: 'exited'; readonly code: number }
  | { readonly type: 'signaled'; readonly signal: string };

/** What a daemon sends on the stderr channel: stderr chunks, then the exit status where the client asked for it. */
export type StderrFrame = { readonly type: 'stderr'; readonly chunk: Buffer } | ExitStatus;

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

/** A whole request, for a client that sends it in one piece. */
export interface Request {
  /** Port on which the client listens for the stderr channel; 0 or absent: none. */
  readonly stderrPort?: number;
  /** This and the others are bytes end to end; a string is sent as UTF-8. */
  readonly user: string | Uint8Array;
  readonly password: string | Uint8Array;
  readonly command: string | Uint8Array;
}

/** What each field is called in a diagnostic, as the BSD daemons call it. */
export const FIELD_LABEL: Readonly<Record<FieldName, string>> = {
  stderrPort: 'port',
  user: 'username',
  password: 'password',
  command: 'command',
};
