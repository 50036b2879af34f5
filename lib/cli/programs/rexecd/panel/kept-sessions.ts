import type { Keeping, PanelSession } from '../../../../panel/index.ts';
import type { Settings } from '../../../../settings/index.ts';
import { KeptFile, keptPathOf } from '../kept-file.ts';

/** Sessions of the panel as they are kept, until the daemon ends. */
export interface KeptSessions extends Keeping {
  end(): Promise<void>;
}

/**
 * Sessions of the panel in a file beside the control socket, so that a restart of the daemon ends none. Their secrets are
 * not in it. Without a control socket they end with the daemon.
 */
export function keptSessions(settings: Settings, port: number): KeptSessions {
  const path = keptPathOf(settings, port, 'panel');
  if (path === undefined) return { load: async () => [], save: () => {}, end: async () => {} };
  const file = new KeptFile(path);
  return {
    async load() {
      try {
        const sessions: unknown = JSON.parse((await file.read()) ?? '[]');
        return Array.isArray(sessions) ? sessions.filter(isSession) : [];
      } catch {
        return [];
      }
    },
    save: (sessions) => file.save(() => JSON.stringify(sessions)),
    end: () => file.end(),
  };
}

function isSession(value: unknown): value is PanelSession {
  const { role, madeBy, hash, until } = (value ?? {}) as Partial<PanelSession>;
  return (
    (role === 'admin' || role === 'viewer') &&
    typeof madeBy === 'string' &&
    typeof hash === 'string' &&
    typeof until === 'number'
  );
}
