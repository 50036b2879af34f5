import { dirname, join } from 'node:path';
import { Limiter } from '../../../../base/index.ts';
import { readTrusted, replaceFile } from '../../../../files/index.ts';
import type { Keeping, PanelSession } from '../../../../panel/index.ts';
import type { Settings } from '../../../../settings/index.ts';
import { controlPathOf } from '../../common/control-path.ts';

/**
 * Sessions of the panel in a file beside the control socket, so that a restart of the daemon ends none. Their secrets are
 * not in it. Without a control socket they end with the daemon.
 */
export function keptSessions(settings: Settings, port: number): Keeping {
  const { control } = settings;
  if (control === 'off') return { load: async () => [], save: () => {} };
  const path = join(dirname(controlPathOf(settings, port)), `${port}.panel`);
  const writing = new Limiter(1); // one after another
  return {
    async load() {
      try {
        const text = await readTrusted(path, {
          forbidden: 0o077,
          rule: () => '',
          links: false,
        });
        const sessions: unknown = JSON.parse(text.toString('utf8'));
        return Array.isArray(sessions) ? sessions.filter(isSession) : [];
      } catch {
        return [];
      }
    },
    save(sessions) {
      writing.run(() => replaceFile(path, JSON.stringify(sessions), 0o600)).catch(() => {}); // see above
    },
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
