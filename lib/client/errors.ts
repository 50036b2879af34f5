/**
 * Why a remote command has no result.
 *
 * - `REXEC_UNREACHABLE`: the host has no address, or nobody answers at its port.
 * - `REXEC_REFUSED`: the daemon refused; `message` is its diagnostic.
 * - `REXEC_NO_STDERR`: the daemon did not connect the stderr channel in time.
 * - `REXEC_LOST`: the connection broke, or ended before the daemon answered.
 * - `REXEC_PROTOCOL`: what answered does not speak rexec.
 * - `REXEC_REQUEST_INVALID`: user, password or command cannot be sent; `cause` is the codec's error.
 * - `REXEC_ABORTED`: the caller's signal was aborted.
 */
export type ExecErrorCode =
  | 'REXEC_UNREACHABLE'
  | 'REXEC_REFUSED'
  | 'REXEC_NO_STDERR'
  | 'REXEC_LOST'
  | 'REXEC_PROTOCOL'
  | 'REXEC_REQUEST_INVALID'
  | 'REXEC_ABORTED';

export class ExecError extends Error {
  static {
    Object.defineProperty(ExecError.prototype, 'name', { value: 'ExecError' });
  }

  readonly code: ExecErrorCode;

  constructor(code: ExecErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
