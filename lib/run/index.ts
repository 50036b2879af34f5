/** What comes after the login: a command from its start to the close of its connection, in whichever process runs it. */

export { type CommandMaker, CommandRun, statusOfFailure } from './command-run.ts';
export type { Connection, Secured } from './connection.ts';
export {
  connectionClosed,
  SessionError,
  type SessionErrorCode,
  stopping,
  vanished,
} from './errors.ts';
export type { Job, Run, RunEvents, Runner, RunOptions, Started } from './job.ts';
export { keepAlive } from './keep-alive.ts';
export { lingeringClose, unlessGone } from './linger.ts';
export { MuxedChannel } from './mux-channel.ts';
export { prepare, prepareForHandler } from './prepare.ts';
export { refusalFor, refuse } from './refusal.ts';
