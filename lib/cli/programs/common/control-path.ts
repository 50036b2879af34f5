import { controlSocketOf } from '../../../control/index.ts';
import type { Settings } from '../../../settings/index.ts';

/** Settings that name the control socket of a daemon: its clear-text port, else its TLS port. */
export type Named = Pick<Settings, 'control' | 'port' | 'tlsMode' | 'tlsPort'>;

/** The control socket of a daemon with these settings. @throws Error when it has none */
export function controlPathOf({ control, port, tlsMode, tlsPort }: Named): string {
  if (control === 'off') throw new Error('the daemon has no control socket: control is "off"');
  return control === 'auto' ? controlSocketOf(tlsMode === 'only' ? tlsPort : port) : control;
}
