import { RexecError } from '../base/index.ts';

/** The service could not be installed, removed, started or stopped; the message names what and why. */
export class ServiceError extends RexecError {
  override readonly code = 'REXEC_SERVICE';
}
