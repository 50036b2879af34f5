import type { DaemonState } from '../daemon/index.ts';
import type { Settings } from '../settings/index.ts';

/**
 * - `refusing`: nobody can log in, because the server that lockouts are shared on is away and the settings say so.
 * - `draining`: it accepts no more connections, and waits for the sessions that it has.
 */
export type Readiness = 'ready' | 'refusing' | 'draining';

/** Whether a peer that connects now can log in, as far as the daemon can tell. */
export function readinessOf({ isStopping, isRefusing }: DaemonState, settings: Settings): Readiness {
  if (isStopping) return 'draining';
  const asks = settings.lockoutFailures > 0 || settings.maxSharedConnections > 0;
  return isRefusing && asks ? 'refusing' : 'ready';
}
