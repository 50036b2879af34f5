import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One line of JSON in each direction, a request and its result; then the connection is closed. */
export interface ControlRequest {
  readonly operation: string;
  readonly argument?: unknown;
}

export type ControlReply = { readonly result: unknown } | { readonly error: string };

/** What every daemon says of itself, by the operation `identify`. */
export interface DaemonIdentity {
  readonly pid: number;
  readonly port: number;
  /** Absolute path of the settings file that it reads, existing or not; empty: none. */
  readonly config: string;
}

export const LONGEST_LINE = 64 * 1024; // bytes

/** Where the daemon on a port takes orders: a folder that only its account may enter. */
export function controlSocketOf(port: number): string {
  const uid = process.getuid?.() ?? -1;
  const run = process.env.XDG_RUNTIME_DIR;
  const folder = uid === 0 ? '/run/rexecd' : run ? join(run, 'rexecd') : join(tmpdir(), `rexecd-${uid}`);
  return join(folder, `${port}.sock`);
}
