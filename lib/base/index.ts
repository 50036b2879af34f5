/** What every process of this package needs. */
export { NO_DEBUGGER, startDeadline, startProgram } from './child.ts';
export { Limiter } from './limiter.ts';
export { ignoreSignals, STRAY_SIGNALS } from './signals.ts';
export { within } from './within.ts';
