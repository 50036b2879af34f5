import { controlSocketOf } from '../../../control/index.ts';
import { endpointsOf, mainEndpoint, type Settings } from '../../../settings/index.ts';

/**
 * The control socket of a daemon with these settings.
 *
 * @param port which it has chosen, if it was to choose one
 * @throws Error when it has none
 */
export function controlPathOf(
  settings: Pick<Settings, 'control' | 'listen'>,
  port = mainEndpoint(endpointsOf(settings)).port,
): string {
  const { control } = settings;
  if (control === 'off') throw new Error('the daemon has no control socket: control is "off"');
  return control === 'auto' ? controlSocketOf(port) : control;
}
