import { type ControlError, tellDaemon } from '../../control/index.ts';
import { keyOf, SETTING_NAMES, type Settings } from '../../settings/index.ts';
import { controlPathOf } from './control-path.ts';

/** Makes the daemon of these settings read them again; the keys that changed. @throws ControlError */
export async function reloadDaemon(settings: Settings): Promise<readonly string[]> {
  const { changed } = (await tellDaemon(controlPathOf(settings), 'reload')) as { changed: string[] };
  return changed;
}

/**
 * Tells the daemon of settings before a change about it; what came of it, in words.
 *
 * @throws Error when it runs and goes on with what it had
 */
export async function announce(before: Settings, after: Settings): Promise<string> {
  if (before.control === 'off') return 'a running daemon takes no orders (control is off): restart it';
  try {
    const changed = await reloadDaemon(before);
    const kept = SETTING_NAMES.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
      .map(keyOf)
      .filter((key) => !changed.includes(key));
    if (kept.length === 0) return 'the running daemon uses it';
    return `the running daemon keeps its ${kept.join(', ')}: another file, a variable or a flag of its own decides`;
  } catch (error) {
    const { code } = ((error as ControlError).cause ?? {}) as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return `no daemon runs on port ${before.port}`;
    throw new Error(`the running daemon goes on as before: ${(error as Error).message}`, { cause: error });
  }
}
