import { STATUS_ACCEPTED, STATUS_REFUSED } from '../../../codec/index.ts';
import type { Listening, PeerName } from '../script/script.ts';

/** Bytes that came from the server. */
export interface Arrival {
  readonly bytes: Buffer;
  readonly sent: number; // bytes the peer had written when they came
  readonly ms: number; // since the connection
}

/** How the server ended a connection; `open`: not until the player gave up. */
export type End = 'closed' | 'reset' | 'open';

/** The connection back to a peer's stderr port. */
export interface ChannelObservation {
  readonly how: Listening;
  readonly port: number;
  /** Connections that came, and what the peer had sent when the first one did. */
  readonly connections: number;
  readonly sentBefore: number;
  /** Address the first came from, and connections that came to another address of this host instead. */
  readonly from: string;
  readonly astray: number;
  readonly received: Buffer;
  readonly end: End;
  /** Signal bytes that were sent on it. */
  readonly signals: readonly number[];
  readonly wasReset: boolean; // by the peer
}

/** What one peer saw. */
export interface PeerObservation {
  readonly peer: PeerName;
  readonly connected: boolean; // false: the server does not listen any more
  readonly serverAddress: string;
  readonly sent: Buffer; // all that was written on the main connection
  readonly halfClosed: boolean; // by the peer
  readonly wasReset: boolean; // by the peer
  readonly arrivals: readonly Arrival[];
  readonly end: End;
  readonly endMs: number; // since the connection
  /** When the peer had nothing more to do, since the connection; what is expected after it must come by then and the bound. */
  readonly doneMs: number;
  readonly channel: ChannelObservation | undefined;
}

/** What came of a script. */
export interface Observation {
  readonly peers: readonly PeerObservation[];
}

/** All that arrived on the main connection. */
export const received = ({ arrivals }: PeerObservation): Buffer =>
  Buffer.concat(arrivals.map(({ bytes }) => bytes));

/** The reply in its parts. `rest` is what comes after the diagnostic, or the output of the command. */
export interface Reply {
  readonly status: 'none' | 'accepted' | 'refused' | 'unknown';
  readonly text: string; // latin1, without its newline
  readonly terminated: boolean; // there was a newline
  readonly rest: Buffer;
}

export function replyOf(bytes: Buffer): Reply {
  const [first] = bytes;
  if (first === STATUS_REFUSED) {
    const newline = bytes.indexOf(0x0a);
    const end = newline === -1 ? bytes.length : newline;
    const text = bytes.toString('latin1', 1, end);
    return { status: 'refused', text, terminated: newline !== -1, rest: bytes.subarray(end + 1) };
  }
  const status = first === undefined ? 'none' : first === STATUS_ACCEPTED ? 'accepted' : 'unknown';
  return { status, text: '', terminated: false, rest: bytes.subarray(status === 'accepted' ? 1 : 0) };
}
