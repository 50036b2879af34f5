import { type ControlError, tellDaemon } from '../../control/index.ts';
import { keyOf, SETTING_NAMES, type Settings } from '../../settings/index.ts';
import { controlPathOf } from './control-path.ts';

/** Makes the daemon of these settings read them again; the keys that changed. @throws ControlError */
export async function reloadDaemon(settings: Settings): Promise<readonly string[]> {
  const { changed } = (await tellDaemon(controlPathOf(settings), 'reload')) as { changed: string[] };
  return changed;
}

/**
 * Notifies the daemon that had these settings of a change, and returns the result in words.
 *
 * @throws Error if the daemon is running and keeps its current settings
 */
export async function announce(before: Settings, after: Settings): Promise<string> {
  if (before.control === 'off')
    return 'a running daemon cannot be told to reload (control is "off"); restart it';
  try {
    const changed = await reloadDaemon(before);
    const kept = SETTING_NAMES.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
      .map(keyOf)
      .filter((key) => !changed.includes(key));
    if (kept.length === 0) return 'the running daemon now uses it';
    return `the running daemon keeps its own ${kept.join(', ')}, set by another file, an environment variable or a flag`;
  } catch (error) {
    const { code } = ((error as ControlError).cause ?? {}) as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return `no daemon is running on port ${before.port}`;
    throw new Error(`the running daemon keeps its current settings: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
