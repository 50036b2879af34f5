import type { Daemon } from '../daemon/index.ts';
import type { Settings } from '../settings/index.ts';
import type { CreateDaemonOptions, EmbeddedDaemon } from './types.ts';

/** Loaded by the first daemon that listens: it is large, and programs that only call others never need it. */
const load = () => import('./embedded.ts');

/**
 * Makes a daemon for a program or a test, with a function instead of a shell if `launch` is given. Settings that the
 * options leave out have their defaults, except `port`: 0, a free one. No settings file and no variable is read.
 */
export function createDaemon(options: CreateDaemonOptions): EmbeddedDaemon {
  const { authenticate, launch, onEvent, ...settings } = options ?? ({} as Partial<CreateDaemonOptions>);
  const functions = { authenticate, launch, onEvent } as CreateDaemonOptions;
  let current: Partial<Settings> = settings;
  let daemon: Daemon | undefined;
  const close = async (now?: AbortSignal): Promise<void> => {
    await daemon?.stop(now);
    daemon = undefined;
  };
  return {
    listen: async () => {
      if (daemon) throw new Error('the daemon is already listening');
      const { embedded } = await load();
      const made = embedded(functions, current);
      await made.listen();
      daemon = made;
      return daemon.addresses;
    },
    get addresses() {
      return daemon?.addresses ?? {};
    },
    get port() {
      const { plain, tls } = daemon?.addresses ?? {};
      return (plain ?? tls)?.port ?? 0;
    },
    reload: async (changes = {}) => {
      const next = { ...current, ...changes };
      const { settingsOf } = await load();
      await daemon?.reload(settingsOf(next));
      current = next;
    },
    close,
    [Symbol.asyncDispose]: () => close(),
  };
}
