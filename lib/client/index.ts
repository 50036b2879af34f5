/** The rexec client as a library. */
export { ExecError, type ExecErrorCode } from './errors.ts';
export { type ExecOptions, type ExecResult, exec, type RemoteCommand } from './exec.ts';
