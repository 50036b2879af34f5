/** The rexec client as a library. */
export { ExecError, type ExecErrorCode, type ExecPhase, type ExecPlace, isNotSocket } from './errors.ts';
export { exec } from './exec.ts';
export { GrowingBuffer } from './growing-buffer.ts';
export { linesOf } from './lines.ts';
export type { CaptureLimit, ExecOptions, ExecResult, RemoteCommand, TlsOptions } from './options.ts';
