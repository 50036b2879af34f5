import { CodecError } from '../../codec/index.ts';
import { codeOf, reasonOf } from '../base/index.ts';
import { SessionError } from '../connection/index.ts';
import { TlsHandshakeError } from '../receive/index.ts';
import type { Failure, FailureKind } from './reader-protocol.ts';

const KINDS: Readonly<Record<string, FailureKind>> = {
  REXEC_HANDSHAKE: 'handshake',
  REXEC_REQUEST_TIMEOUT: 'late',
  REXEC_PEER_VANISHED: 'vanished',
};
const LONGEST_CAUSE = 4096;

/** An error of a visit, for the line to rexecd. */
export function failureOf(error: unknown): Failure {
  const cause = reasonOf(error).slice(0, LONGEST_CAUSE);
  if (error instanceof CodecError) return { kind: 'codec', code: error.code, field: error.field, cause };
  return { kind: KINDS[codeOf(error)] ?? 'defect', cause };
}

/** The error that a failure was. */
export function errorOf(failure: Failure): Error {
  const { cause } = failure;
  switch (failure.kind) {
    case 'codec':
      return new CodecError(failure.code, failure.field, cause);
    case 'handshake':
      return new TlsHandshakeError(cause);
    case 'late':
      return new SessionError('REXEC_REQUEST_TIMEOUT', cause);
    case 'vanished':
      return new SessionError('REXEC_PEER_VANISHED', cause);
    case 'defect':
      return new Error(cause);
  }
}
