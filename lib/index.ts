/**
 * rexec for programs: run a command on another host, or be such a host.
 *
 * @module rexecd
 */
import './node-version.ts';

export {
  type CaptureLimit,
  ExecError,
  type ExecErrorCode,
  type ExecOptions,
  type ExecPhase,
  type ExecPlace,
  type ExecResult,
  exec,
  type RemoteCommand,
  type TlsOptions,
} from './client/index.ts';
export {
  type Addresses,
  type ClientCertificate,
  type CreateDaemonOptions,
  createDaemon,
  type DaemonEvent,
  type EmbeddedDaemon,
  type Handler,
  type Invocation,
  type LoginAttempt,
} from './embed/index.ts';
