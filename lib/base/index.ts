/** The ground floor: what every room may import. A host loads all of it, so no file here imports a package. */
export { BackOff } from './back-off.ts';
export { Child } from './child/child.ts';
export { Parent } from './child/parent.ts';
export { NO_DEBUGGER, startProgram } from './child/program.ts';
export { Unanswered } from './child/questions.ts';
export { RexecError, SystemError } from './errors.ts';
export { Limiter } from './limiter.ts';
export { isLoopback } from './loopback.ts';
export { type Network, Networks, parseNetwork, plainAddress } from './networks.ts';
export { codeOf, reasonOf, wordsOf } from './reason.ts';
export { Secret } from './secret.ts';
export type { Check, Checked, Messages } from './shapes.ts';
export * as is from './shapes.ts';
export { signalName, signalNumber } from './signal-names.ts';
export { ignoreSignals, STRAY_SIGNALS } from './signals.ts';
export { type Departing, descriptorOf, lent, letGo, takeOver, unreadSocket } from './socket-handle.ts';
export { systemAccountCommand } from './system-account.ts';
export { within } from './within.ts';
