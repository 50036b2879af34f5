/** The daemon: listen, admit, drain. */
export type { SessionSummary } from '../orchestrator/index.ts';
export type { Addresses } from './accept/listeners.ts';
export { Daemon } from './daemon.ts';
export type { DaemonParts } from './parts.ts';
export { type SessionPage, type SessionQuery, sessionPage } from './session-page.ts';
export { readSharedPassword } from './sharing.ts';
export type { DaemonState, OpenState } from './state.ts';
export { readTlsMaterial } from './tls-material.ts';
