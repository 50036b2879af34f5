/** One session: from the peer's bytes through the steps to a command and back. */

export { type CommandMaker, CommandRun, statusOfFailure } from './command-run.ts';
export type { Connection, Secured } from './connection.ts';
export { codeOf, connectionClosed, SessionError, type SessionErrorCode, stopping } from './errors.ts';
export type { Job, Run, RunEvents, Runner, RunOptions, Started } from './job.ts';
export { keepAlive } from './keep-alive.ts';
export { lingeringClose, unlessGone, within } from './linger.ts';
export { MuxedChannel } from './mux-channel.ts';
export type { SessionOptions } from './options.ts';
export { prepare, prepareForHandler } from './prepare.ts';
export { refusalFor, refuse } from './refusal.ts';
export { Session } from './session.ts';
export { newSessionId, type SessionState, type SessionSummary } from './session-summary.ts';
