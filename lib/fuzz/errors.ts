import { RexecError } from '../base/index.ts';

/**
 * What keeps the harness from doing its work; what it finds is never an error.
 *
 * - `FUZZ_SCRIPT_INVALID`: the text is not a script; `message` names the line.
 * - `FUZZ_LIST_INVALID`: the text is not a list of explained differences; `message` names the entry.
 * - `FUZZ_NOT_LOOPBACK`: the target is another host, and the caller did not say that he owns it.
 * - `FUZZ_TARGET_FAILED`: the target cannot be started or reached, or a valid login does not work before a case was run.
 */
export type FuzzErrorCode =
  | 'FUZZ_SCRIPT_INVALID'
  | 'FUZZ_LIST_INVALID'
  | 'FUZZ_NOT_LOOPBACK'
  | 'FUZZ_TARGET_FAILED';

export class FuzzError extends RexecError {
  override readonly code: FuzzErrorCode;

  constructor(code: FuzzErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
