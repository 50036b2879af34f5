import { CodecError } from '../../../codec/index.ts';
import { reasonOf, within } from '../../base/index.ts';
import { OutputError } from '../answer/output.ts';
import { ExecError, type ExecErrorCode, type ExecPhase, isTlsError } from '../errors.ts';

/** Where a command is: its errors say so. */
export class Place {
  readonly host: string;
  readonly port: number;
  readonly #entered: (phase: ExecPhase, detail: string) => void;
  #phase: ExecPhase = 'request';

  constructor(host: string, port: number, entered: (phase: ExecPhase, detail: string) => void = () => {}) {
    this.host = host;
    this.port = port;
    this.#entered = entered;
  }

  get phase(): ExecPhase {
    return this.#phase;
  }

  enter(phase: ExecPhase, detail: string): void {
    this.#phase = phase;
    this.#entered(phase, detail);
  }

  error(code: ExecErrorCode, message: string, cause?: unknown): ExecError {
    return new ExecError(code, message, this, cause === undefined ? {} : { cause });
  }

  /** The error that the caller gets for one of the codec, of an output, or of the system. */
  told(error: unknown): ExecError {
    if (error instanceof ExecError) return error;
    if (error instanceof OutputError) return this.error(error.code, error.message, error);
    if (isTlsError(error)) return this.error('REXEC_TLS_FAILED', error.reason, error);
    if (!(error instanceof CodecError)) return this.error('REXEC_LOST', reasonOf(error), error);
    if (error.code === 'REXEC_FRAME_INVALID') return this.error('REXEC_PROTOCOL', error.message, error);
    if (error.code === 'REXEC_STATUS_INVALID') return this.error('REXEC_PROTOCOL', error.message, error);
    if (error.code === 'REXEC_TRUNCATED')
      return this.error('REXEC_LOST', 'the connection ended before the daemon answered', error);
    return this.error('REXEC_REQUEST_INVALID', error.message, error);
  }

  /** Waits for `work`, no longer than `seconds` (0 is for ever). What is late must be ended by the caller. */
  async within<T>(seconds: number, work: Promise<T>, code: ExecErrorCode, message: string): Promise<T> {
    if (seconds === 0) return work;
    return within(seconds, work, () => {
      throw this.error(code, message);
    });
  }
}
