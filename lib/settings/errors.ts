import { RexecError } from '../base/index.ts';

/** A setting that does not hold: its message names the source (file and line), the setting and what is allowed. */
export class SettingsError extends RexecError {
  override readonly code = 'REXEC_SETTING_INVALID';
}
