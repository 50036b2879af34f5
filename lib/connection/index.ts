/** A peer's connection, in whichever process has it: its refusal, its close, and what goes beside it. */
export { type Channel, relayStderr } from './channel.ts';
export type { Connection } from './connection.ts';
export {
  connectionClosed,
  GONE,
  SessionError,
  type SessionErrorCode,
  stopping,
  vanished,
} from './errors.ts';
export { keepAlive } from './keep-alive.ts';
export { lingeringClose, unlessGone } from './linger.ts';
export { MuxedChannel } from './mux-channel.ts';
export { refusalFor, refuse } from './refusal.ts';
export { refuseUnread } from './refuse-unread.ts';
export { SignalInbox } from './signal-inbox.ts';
