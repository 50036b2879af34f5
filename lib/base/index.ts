/** The ground floor: what every room may import. A host loads all of it, so no file here imports a package. */
export { NO_DEBUGGER, startProgram } from './child.ts';
export { RexecError, SystemError } from './errors.ts';
export { Limiter } from './limiter.ts';
export { isLoopback } from './loopback.ts';
export { codeOf, reasonOf, wordsOf } from './reason.ts';
export { Secret } from './secret.ts';
export { signalName, signalNumber } from './signal-names.ts';
export { ignoreSignals, STRAY_SIGNALS } from './signals.ts';
export { startDeadline } from './start-deadline.ts';
export { within } from './within.ts';
