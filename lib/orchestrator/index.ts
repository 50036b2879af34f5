/** One session: from the peer's bytes through the steps to a command and back. */
export type { Connection, Secured } from './connection.ts';
export { SessionError, type SessionErrorCode } from './errors.ts';
export { keepAlive } from './keep-alive.ts';
export { MuxedChannel } from './mux-channel.ts';
export type { SessionOptions } from './options.ts';
export { refusalFor, refuse } from './refusal.ts';
export { endGrant } from './report.ts';
export { newSessionId, Session, type SessionState, type SessionSummary } from './session.ts';
