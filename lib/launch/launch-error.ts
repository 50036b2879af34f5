import { RexecError } from '../base/index.ts';

/** The command could not be started; `message` says what and why, for the log. */
export class LaunchError extends RexecError {
  override readonly code = 'REXEC_LAUNCH_FAILED';
}
