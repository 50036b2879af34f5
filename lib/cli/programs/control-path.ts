import { controlSocketOf } from '../../control/index.ts';
import type { Settings } from '../../settings/index.ts';

/** The control socket of a daemon with these settings. @throws Error when it has none */
export function controlPathOf({ control, port }: Pick<Settings, 'control' | 'port'>): string {
  if (control === 'off') throw new Error('the daemon takes no orders: control is off');
  return control === 'auto' ? controlSocketOf(port) : control;
}
