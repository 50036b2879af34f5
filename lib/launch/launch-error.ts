/** The command could not be started; `message` says what and why, for the log. */
export class LaunchError extends Error {
  readonly code = 'REXEC_LAUNCH_FAILED';
}
