/** How an administrator talks to a running daemon: a unix socket that only its account can reach. */
export { socketOfDaemonWith, tellDaemon } from './client.ts';
export { privateFolder } from './private-folder.ts';
export { controlSocketOf, type DaemonIdentity } from './protocol.ts';
export { ControlError, ControlServer, type Operations } from './server.ts';
