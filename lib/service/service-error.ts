/** The service could not be installed, removed, started or stopped; the message names what and why. */
export class ServiceError extends Error {
  readonly code = 'REXEC_SERVICE';
}
