import { codeOf, RexecError } from '../base/index.ts';

/**
 * Why a remote command has no result.
 *
 * - `REXEC_REQUEST_INVALID`: an option is unknown, missing, or has a value that is not allowed; or user, password or
 *   command cannot be sent, and `cause` is the codec's error.
 * - `REXEC_UNREACHABLE`: the host has no address, or its port does not answer.
 * - `REXEC_TLS_FAILED`: the TLS handshake failed, or the daemon ended it, for example because a certificate is missing.
 * - `REXEC_NO_STDERR`: the daemon did not connect the stderr channel in time.
 * - `REXEC_REFUSED`: the daemon refused; `message` is its diagnostic, which may be empty.
 * - `REXEC_PROTOCOL`: what answered does not speak rexec.
 * - `REXEC_LOST`: the connection broke, ended before the daemon answered, or was silent for `endSeconds` after the
 *   command had ended.
 * - `REXEC_TIMED_OUT`: no answer within `answerSeconds`, or no end within `timeoutSeconds`.
 * - `REXEC_STATUS_UNKNOWN`: the stderr channel was lost, or silent for `endSeconds` after the end of stdout; a daemon that
 *   multiplexes over TLS lost the command; with `strict`, also if the daemon does not report how the command ended.
 * - `REXEC_OUTPUT_TOO_LONG`: with `capture`, more output than may be kept.
 * - `REXEC_ABORTED`: the caller's signal was aborted (`cause` is its reason), or the caller closed an output.
 */
export type ExecErrorCode =
  | 'REXEC_REQUEST_INVALID'
  | 'REXEC_UNREACHABLE'
  | 'REXEC_TLS_FAILED'
  | 'REXEC_NO_STDERR'
  | 'REXEC_REFUSED'
  | 'REXEC_PROTOCOL'
  | 'REXEC_LOST'
  | 'REXEC_TIMED_OUT'
  | 'REXEC_STATUS_UNKNOWN'
  | 'REXEC_OUTPUT_TOO_LONG'
  | 'REXEC_ABORTED';

/**
 * How far a command came: `request` (nobody was called yet), `resolve` (the host's address), `connect`,
 * `tls` (the handshake), `stderrChannel` (the daemon connects back), `login` (until the daemon's answer), `run`, `end`
 * (one connection has ended, the other has not), `stderrReset` (all has ended, and the daemon reset the stderr channel
 * after more than one short piece of stderr: its end may be missing).
 */
export type ExecPhase =
  | 'request'
  | 'resolve'
  | 'connect'
  | 'tls'
  | 'stderrChannel'
  | 'login'
  | 'run'
  | 'end'
  | 'stderrReset';

/** Where an {@link ExecError} happened. */
export interface ExecPlace {
  readonly host: string;
  readonly port: number;
  readonly phase: ExecPhase;
}

/** It has the fields of a result too, so that `exec(…).catch((error) => error)` gives one shape. */
export class ExecError extends RexecError implements ExecPlace {
  override readonly code: ExecErrorCode;
  readonly host: string;
  readonly port: number;
  readonly phase: ExecPhase;
  readonly exitCode = null;
  readonly signal = null;
  /** What was captured until then; undefined where the caller did not ask for it. */
  stdout: string | undefined;
  stderr: string | undefined;

  constructor(
    code: ExecErrorCode,
    message: string,
    { host, port, phase }: ExecPlace,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = code;
    this.host = host;
    this.port = port;
    this.phase = phase;
  }

  /** Whether a time limit of the caller's was passed. */
  get timedOut(): boolean {
    return this.code === 'REXEC_TIMED_OUT';
  }

  /** Whether the caller ended it. */
  get isCanceled(): boolean {
    return this.code === 'REXEC_ABORTED';
  }
}

/** Whether it is OpenSSL's, which has a reason besides a message with files and lines. */
export const isTlsError = (error: unknown): error is Error & { reason: string } =>
  error instanceof Error && 'reason' in error && 'library' in error;

/** Whether the other end closed the connection, or refuses to read what it is sent. */
export const isReset = (error: unknown): boolean => ['ECONNRESET', 'EPIPE'].includes(codeOf(error));

/** Whether it is ENOTSOCK, which is WSAENOTSOCK on Windows. */
export function isNotSocket(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(isNotSocket);
  return codeOf(error) === 'ENOTSOCK';
}
