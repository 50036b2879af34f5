/** The daemon: listen, admit, drain. */
export type { SessionSummary } from '../orchestrator/index.ts';
export { Daemon, type DaemonParts } from './daemon.ts';
export type { Addresses } from './entrances.ts';
export { readTlsMaterial } from './tls-material.ts';
