import type { Duplex } from 'node:stream';
import { RexecError, reasonOf } from '../base/index.ts';

/**
 * Why a session ends before its command does, besides the codes of the codec, login and launch rooms.
 *
 * - `REXEC_ADDRESS_DENIED`: the settings do not let the peer's address connect.
 * - `REXEC_BUSY`: a cap on connections is reached.
 * - `REXEC_STOPPING`: the daemon stops.
 * - `REXEC_REQUEST_TIMEOUT`: the request was not complete in time.
 * - `REXEC_STDERR_UNREACHABLE`: the peer's stderr port could not be connected.
 * - `REXEC_NO_HOME`: the user's home cannot be used, and the settings ask for it.
 * - `REXEC_PEER_VANISHED`: the connection broke; nobody is left to read an answer.
 */
export type SessionErrorCode =
  | 'REXEC_ADDRESS_DENIED'
  | 'REXEC_BUSY'
  | 'REXEC_STOPPING'
  | 'REXEC_REQUEST_TIMEOUT'
  | 'REXEC_STDERR_UNREACHABLE'
  | 'REXEC_NO_HOME'
  | 'REXEC_PEER_VANISHED';

export class SessionError extends RexecError {
  override readonly code: SessionErrorCode;

  constructor(code: SessionErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The daemon is stopping. */
export const stopping = () => new SessionError('REXEC_STOPPING', 'the daemon is stopping');

/** The peer's connection is closed, without an error that says why. */
export const connectionClosed = () => new SessionError('REXEC_PEER_VANISHED', 'connection closed');

/** Why a signal is aborted once the connection is closed: without a reason an error would be made for each of them. */
export const GONE = 'the connection is closed';

/** What a broken connection is to a session. */
export function vanished(socket: Duplex): SessionError {
  const cause = socket.errored;
  return cause ? new SessionError('REXEC_PEER_VANISHED', reasonOf(cause), { cause }) : connectionClosed();
}
