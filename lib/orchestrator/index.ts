/** One session: from the peer's bytes through the steps to a command and back. */
export { SessionError, type SessionErrorCode } from './errors.ts';
export type { SessionOptions } from './options.ts';
export { refusalFor, refuse } from './refusal.ts';
export { endGrant } from './report.ts';
export { newSessionId, Session, type SessionState, type SessionSummary } from './session.ts';
