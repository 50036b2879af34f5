import { homedir, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { isWindows } from '../base/index.ts';

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

/** Where named pipes are. */
export const PIPES = '\\\\.\\pipe\\';

/** Where daemons of root take orders. */
export const FOLDER_OF_ROOT = '/run/rexecd';

/** Where the daemon on a port takes orders: in a folder that only its account may enter, or by a named pipe of Windows. */
export function controlSocketOf(port: number): string {
  if (isWindows) return `${PIPES}rexecd-${port}`;
  const uid = process.getuid?.() ?? -1;
  const run = process.env.XDG_RUNTIME_DIR;
  const folder = uid === 0 ? FOLDER_OF_ROOT : run ? join(run, 'rexecd') : join(tmpdir(), `rexecd-${uid}`);
  return join(folder, `${port}.sock`);
}

/** The folder for what outlives the daemon that takes orders there: one that only its account may enter. */
export const keptFolderOf = (socket: string): string =>
  isWindows
    ? join(process.env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'rexecd')
    : dirname(socket);

/** Whether a path is one where the daemon of some port takes orders unless it is set up otherwise. */
export const isControlSocket = (path: string): boolean =>
  isWindows ? /^rexecd-\d+$/.test(basename(path)) : true;
