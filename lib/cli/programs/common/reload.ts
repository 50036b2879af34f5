import { RexecError, reasonOf } from '../../../base/index.ts';
import { endpointsOf, keyOf, mainEndpoint, SETTING_NAMES, type Settings } from '../../../settings/index.ts';
import { isAbsent, type Target, tell } from './tell.ts';

/** The running daemon keeps the settings it has: the message says why. */
export class ReloadRefusedError extends RexecError {}

/** Makes the daemon that is meant read its settings again; the keys that changed. @throws ControlError */
export async function reloadDaemon(target: Target): Promise<readonly string[]> {
  const { changed } = (await tell(target, 'reload')) as { changed: string[] };
  return changed;
}

/**
 * Makes the daemon that had these settings reload, and returns the result in words.
 *
 * @throws ReloadRefusedError if the daemon is running and keeps its current settings
 */
export async function announce(before: Target, after: Settings): Promise<string> {
  const { settings } = before;
  if (settings.control === 'off')
    return 'a running daemon cannot be told to reload (control is "off"); restart it';
  try {
    const changed = await reloadDaemon(before);
    const kept = SETTING_NAMES.filter(
      (name) => JSON.stringify(settings[name]) !== JSON.stringify(after[name]),
    )
      .map(keyOf)
      .filter((key) => !changed.includes(key));
    if (kept.length === 0) return 'the running daemon now uses it';
    return `the running daemon keeps its own ${kept.join(', ')}, set by another file, an environment variable or a flag`;
  } catch (cause) {
    if (isAbsent(cause)) return `no daemon is running on port ${mainEndpoint(endpointsOf(settings)).port}`;
    throw new ReloadRefusedError(`the running daemon keeps its current settings: ${reasonOf(cause)}`, {
      cause,
    });
  }
}
