/** The daemon: listen, admit, drain. */
export { Daemon, type DaemonParts } from './daemon.ts';
