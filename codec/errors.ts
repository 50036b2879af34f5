import type { FieldName } from './request/frames.ts';

/**
 * What can be wrong with bytes or with values to be encoded.
 *
 * - `REXEC_FIELD_TOO_LONG`: more content bytes than the field's limit.
 * - `REXEC_PORT_INVALID`: not empty, not 1 to 5 digits, or neither 0 nor in range.
 * - `REXEC_NUL_IN_FIELD`: a value to be encoded contains the terminator.
 * - `REXEC_CONTROL_CHARACTER`: a diagnostic to be encoded contains a control character.
 * - `REXEC_TRUNCATED`: the stream ended before or inside the field.
 * - `REXEC_STATUS_INVALID`: the first byte of a reply is neither 0 nor 1.
 * - `REXEC_FRAME_INVALID`: an unknown mux frame, one of the wrong length, or one that its sender must not send; a frame
 *   to be encoded is out of order.
 * - `REXEC_PROXY_HEADER_INVALID`: what a proxy sent first is no PROXY header, or one of no TCP connection.
 */
export type CodecErrorCode =
  | 'REXEC_FIELD_TOO_LONG'
  | 'REXEC_PORT_INVALID'
  | 'REXEC_NUL_IN_FIELD'
  | 'REXEC_CONTROL_CHARACTER'
  | 'REXEC_TRUNCATED'
  | 'REXEC_STATUS_INVALID'
  | 'REXEC_FRAME_INVALID'
  | 'REXEC_PROXY_HEADER_INVALID';

/** What an error is about: a request field, the reply's status byte or diagnostic, a whole mux frame, a PROXY header. */
export type CodecErrorField = FieldName | 'status' | 'diagnostic' | 'frame' | 'proxyHeader';

/** The only error that leaves this room. Decide on `code` and `field`; `message` is for a log, never for the peer. */
export class CodecError extends Error {
  static {
    Object.defineProperty(CodecError.prototype, 'name', { value: 'CodecError' });
  }

  readonly code: CodecErrorCode;
  readonly field: CodecErrorField;

  constructor(code: CodecErrorCode, field: CodecErrorField, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.field = field;
  }
}
