/**
 * rexec for programs: run a command on another host.
 *
 * @module rexecd
 */
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
} from './client/index.ts';
