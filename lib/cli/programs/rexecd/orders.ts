import { reasonOf } from '../../../base/index.ts';
import { ControlServer, type DaemonIdentity, type Operations } from '../../../control/index.ts';
import type { Daemon } from '../../../daemon/index.ts';
import type { Events } from '../../../events/index.ts';
import { type DaemonSource, metricsText, statusOf, type Watch } from '../../../metrics/index.ts';
import type { Settings } from '../../../settings/index.ts';
import { controlPathOf } from '../common/control-path.ts';
import { VERSION } from '../common/version.ts';

/** What the control socket is about. */
export interface OrderParts {
  readonly daemon: Daemon;
  readonly watch: Watch;
  /** Reads the settings again; the keys that changed. */
  readonly reload: () => Promise<string[]>;
  /** Absolute path of the settings file; empty: none. */
  readonly config: string;
}

/** What the control socket can do. */
export function operationsOf({ daemon, watch, reload, config }: OrderParts): Operations {
  const source = (): DaemonSource => ({ state: daemon.state, settings: daemon.settings, version: VERSION });
  return {
    identify: (): DaemonIdentity => ({ pid: process.pid, port: daemon.port, config }),
    lockouts: () => daemon.lockout.list(),
    unlock: (subject) => daemon.lockout.clear(typeof subject === 'string' ? subject : undefined),
    sessions: async () => {
      const summaries = await Promise.all(daemon.sessions.map(({ summary }) => summary));
      return summaries.filter((each) => each !== undefined); // one may have ended meanwhile
    },
    kill: (id) => {
      if (!daemon.hangUp(String(id))) throw new Error(`no session ${id}`);
    },
    status: () => statusOf(source(), watch),
    metrics(format) {
      const families = watch.metrics.families(source());
      return format === 'json' ? families : metricsText(families);
    },
    reload: async () => ({ changed: await reload() }),
  };
}

/** The control socket, which follows the settings. Without one the daemon serves all the same, and the log says so. */
export class Orders {
  readonly #daemon: Daemon;
  readonly #events: Events;
  #operations: Operations = {};
  #server: ControlServer | undefined;
  #path = '';

  constructor(daemon: Daemon, events: Events) {
    this.#daemon = daemon;
    this.#events = events;
  }

  async take(settings: Settings, operations: Operations = this.#operations): Promise<void> {
    const { port } = this.#daemon;
    const path = settings.control === 'off' ? '' : controlPathOf(settings, port);
    this.#operations = operations;
    if (path === this.#path) return;
    this.close();
    if (path === '') return;
    const server = new ControlServer(path, operations);
    try {
      await server.listen();
      this.#server = server;
      this.#path = path;
    } catch (error) {
      this.#events.emit('controlFailed', { cause: reasonOf(error) });
    }
  }

  close(): void {
    this.#server?.close();
    this.#server = undefined;
    this.#path = '';
  }
}
