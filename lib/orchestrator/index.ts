/** One session: from the peer's bytes through the steps and the login to its run. */

export type { Proxied, SessionOptions } from './options.ts';
export { Session } from './session.ts';
export type { SessionState, SessionSummary } from './session-summary.ts';
