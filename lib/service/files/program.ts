import { posix, win32 } from 'node:path';
import { NO_DEBUGGER } from '../../base/index.ts';
import { SETTINGS } from '../../settings/index.ts';
import { ServiceError } from '../service-error.ts';

/** What a service manager is to run, by absolute paths. */
export interface Program {
  readonly node: string;
  readonly script: string;
}

/**
 * How Node is told to run the daemon. Objects of idle peers are not young: with as much room for young ones as Node gives
 * by itself, each of 8,000 such peers takes 20 KB of the daemon instead of 8.
 */
export const DAEMON_FLAGS: readonly string[] = [NO_DEBUGGER, '--max-semi-space-size=4'];

/** Quotes, `$`, `%`, backslashes and control characters mean something, each time something else, in service files. */
const PLAIN_PATH = /^[^\x00-\x1f\x7f"'`$%\\]+$/;
const PLAIN_WINDOWS_PATH = /^[^\x00-\x1f\x7f"%]+$/;

/** @throws ServiceError for a path that is not absolute or cannot be written in a service file */
export function checkProgram({ node, script }: Program, platform: NodeJS.Platform): void {
  const [{ isAbsolute }, plain] = platform === 'win32' ? [win32, PLAIN_WINDOWS_PATH] : [posix, PLAIN_PATH];
  for (const path of [node, script]) {
    if (!isAbsolute(path)) throw new ServiceError(`program ${path}: the path must be absolute`);
    if (!plain.test(path))
      throw new ServiceError(
        `program ${JSON.stringify(path)}: a path in a service file must not contain quotes, $, % or \\`,
      );
  }
}

/** What closing logins and logs may take when the daemon stops, beyond the time of its commands. */
export const STOP_MARGIN = 18; // seconds

/** Time for the daemon's own stop with the default settings. */
export const STOP_SECONDS: number =
  Math.ceil(SETTINGS.stopSeconds.parse(undefined) + SETTINGS.killSeconds.parse(undefined)) + STOP_MARGIN;

/** Text inside an XML element. */
export const xml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
