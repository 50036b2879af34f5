import { reasonOf } from '../../../base/index.ts';
import type { Daemon } from '../../../daemon/index.ts';
import type { EventLog, Events, LogOptions } from '../../../events/index.ts';
import { keyOf, type Resolved, SETTING_NAMES, type Settings } from '../../../settings/index.ts';
import { authenticatorFor } from '../common/authenticators.ts';

/** Where events go, and which. @param service whether this is a service of Windows, whose console is the event log */
export const logOptions = (settings: Settings, service: boolean): LogOptions => ({
  level: settings.logLevel,
  access: settings.logAccess,
  sinks: settings.logSinks.map((sink) => (service && sink === 'console' ? 'eventlog' : sink)),
  format: settings.logFormat,
  file: settings.logFile,
  fileBytes: settings.logFileBytes,
  files: settings.logFiles,
  syslogSocket: settings.logSyslogSocket,
  journaldSocket: settings.logJournaldSocket,
});

/** What a reload is about. */
export interface ReloadParts {
  readonly daemon: Daemon;
  readonly first: Resolved;
  readonly load: () => Promise<Resolved>;
  readonly events: EventLog;
  /** Does what can be refused, beside the daemon's own; what it gives back undoes that, until `take`. */
  readonly prepare: (next: Settings) => Promise<() => void>;
  readonly take: (next: Resolved) => Promise<void>;
  /** See {@link logOptions}. */
  readonly service: boolean;
}

/** Reads the settings again and gives them to the daemon, all or nothing; the keys that changed. */
export function reloader({ daemon, first, load, events, prepare, take, service }: ReloadParts) {
  let current = first.settings;
  return async (): Promise<string[]> => {
    let undo = () => {};
    try {
      const resolved = await load();
      const next = resolved.settings;
      const changed = SETTING_NAMES.filter(
        (name) => JSON.stringify(next[name]) !== JSON.stringify(current[name]),
      );
      reportCapped(resolved, events);
      undo = await prepare(next);
      await daemon.reload(next, await authenticatorFor(next));
      await events.reopen(logOptions(next, service));
      current = next;
      await take(resolved);
      events.emit('reloaded', { changed: changed.map(keyOf).join(' ') });
      return changed.map(keyOf);
    } catch (error) {
      undo();
      events.emit('reloadFailed', { cause: reasonOf(error) });
      throw error;
    }
  };
}

/** Says what the policy took away. */
export function reportCapped({ capped }: Resolved, events: Events): void {
  for (const setting of capped) events.emit('settingCapped', { setting });
}
