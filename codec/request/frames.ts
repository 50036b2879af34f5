/** The four fields of a request, in wire order. */
export type FieldName = 'stderrPort' | 'user' | 'password' | 'command';

/** What a client sends: each field once, in this order, then any number of stdin chunks. */
export type RequestFrame =
  | { readonly type: 'stderrPort'; readonly port: number } // 0: no stderr channel
  | { readonly type: 'user'; readonly bytes: Buffer } // text of any charset, or none
  | { readonly type: 'password'; readonly secret: Buffer } // the receiver owns it and wipes it
  | { readonly type: 'command'; readonly bytes: Buffer } // the same
  | { readonly type: 'stdin'; readonly chunk: Buffer };

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
