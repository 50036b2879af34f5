/** A daemon in a program. */
export type { Addresses } from '../daemon/index.ts';
export type { Handler, Invocation } from '../launch/index.ts';
export type { ClientCertificate } from '../login/index.ts';
export { createDaemon } from './create-daemon.ts';
export type { CreateDaemonOptions, DaemonEvent, EmbeddedDaemon, LoginAttempt } from './types.ts';
