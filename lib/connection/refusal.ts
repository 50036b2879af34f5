import type { Duplex } from 'node:stream';
import { CodecError, encodeRefused, FIELD_LABEL, type FieldName } from '../../codec/index.ts';
import { codeOf } from '../base/index.ts';
import type { LaunchError } from '../launch/index.ts';
import type { LoginError } from '../login/index.ts';
import type { SessionErrorCode } from './errors.ts';
import { lingeringClose } from './linger.ts';

/** The line that a peer may read about each failure of a session (protocol.md 1.3); null: no one reads it. */
const REFUSALS = {
  REXEC_ADDRESS_DENIED: 'Permission denied.',
  REXEC_BUSY: 'Try again.',
  REXEC_STOPPING: 'Try again.',
  REXEC_HANDSHAKE: 'Certificate not accepted.', // of a handshake that got as far as that
  REXEC_REQUEST_TIMEOUT: 'Timed out.',
  REXEC_STDERR_UNREACHABLE: 'Cannot connect to the stderr port.', // the same for refused, filtered and too late
  REXEC_NO_HOME: 'No remote directory.',
  REXEC_PEER_VANISHED: null,
  REXEC_LOGIN_REFUSED: 'Login incorrect.', // whatever the cause
  REXEC_LAUNCH_FAILED: 'Try again.',
} as const satisfies Record<
  'REXEC_HANDSHAKE' | SessionErrorCode | LoginError['code'] | LaunchError['code'],
  string | null
>;

/**
 * The line for a failure. A peer that left without a byte asked nothing and reads nothing. An error without one of our
 * codes is our own fault: the peer is told to try again, no more.
 */
export function refusalFor(error: unknown, silent = false): string | null {
  if (error instanceof CodecError) return silent ? null : codecRefusal(error);
  const code = codeOf(error);
  return Object.hasOwn(REFUSALS, code) ? REFUSALS[code as keyof typeof REFUSALS] : 'Try again.';
}

function codecRefusal({ code, field }: CodecError): string {
  const label = FIELD_LABEL[field as FieldName];
  switch (code) {
    case 'REXEC_FIELD_TOO_LONG':
      return `${label} too long`;
    case 'REXEC_TRUNCATED':
      return `EOF reading ${label}`;
    default:
      return 'invalid stderr port';
  }
}

/** One line to the peer, then half-close, drain for a bounded moment, destroy. A close without a word where text is null. */
export async function refuse(peer: Duplex, text: string | null, drainSeconds: number): Promise<void> {
  if (text !== null && peer.writable) peer.write(encodeRefused(text));
  await lingeringClose(peer, drainSeconds);
}
