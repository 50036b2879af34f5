/** How an administrator talks to a running daemon: a unix socket or a named pipe that only its account can reach. */
export { socketOfDaemonWith, tellDaemon } from './client.ts';
export { privateFolder } from './private-folder.ts';
export { controlSocketOf, type DaemonIdentity, keptFolderOf } from './protocol.ts';
export { ControlError, ControlServer, type Operations } from './server.ts';
