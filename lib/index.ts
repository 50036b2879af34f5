/**
 * rexec for programs: run a command on another host.
 *
 * @module rexecd
 */
export {
  ExecError,
  type ExecErrorCode,
  type ExecOptions,
  type ExecResult,
  exec,
  type RemoteCommand,
} from './client/index.ts';
