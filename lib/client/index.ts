/** The rexec client as a library. */

export { GrowingBuffer } from './answer/growing-buffer.ts';
export { linesOf } from './answer/lines.ts';
export { ExecError, type ExecErrorCode, type ExecPhase, type ExecPlace, isNotSocket } from './errors.ts';
export { exec } from './exec.ts';
export type { CaptureLimit, ExecOptions, ExecResult, RemoteCommand, TlsOptions } from './options.ts';
