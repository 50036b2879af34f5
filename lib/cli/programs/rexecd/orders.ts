import { reasonOf, within } from '../../../base/index.ts';
import { ControlServer, type DaemonIdentity, type Operations, tellDaemon } from '../../../control/index.ts';
import { type Daemon, type SessionQuery, sessionPage } from '../../../daemon/index.ts';
import type { Events, RecentEvent } from '../../../events/index.ts';
import { type DaemonSource, healthOf, metricsText, statusOf, type Watch } from '../../../metrics/index.ts';
import type { Panel } from '../../../panel/index.ts';
import type { Settings } from '../../../settings/index.ts';
import { controlPathOf } from '../common/control-path.ts';
import { VERSION } from '../common/version.ts';

const LEAVE_SECONDS = 2;
/** Of the user who asks for a ticket. */
const LONGEST_NAME = 64;

/** What the control socket is about. */
export interface OrderParts {
  readonly daemon: Daemon;
  readonly watch: Watch;
  readonly panel: Panel;
  /** Reads the settings again; the keys that changed. */
  readonly reload: () => Promise<string[]>;
  /** Absolute path of the settings file; empty: none. */
  readonly config: string;
  /** Gives the control socket up, for another daemon. */
  readonly leave: () => void;
}

/** What the operation `events` answers: those after a number. */
export interface EventPage {
  /** When the daemon started, in milliseconds since the epoch: the numbers are its own. */
  readonly since: number;
  /** What to ask for next. */
  readonly last: number;
  readonly events: readonly RecentEvent[];
}

function sessionQueryOf(query: unknown): SessionQuery {
  const { after, limit, bytes } = (query ?? {}) as Partial<Record<keyof SessionQuery, unknown>>;
  return {
    after: typeof after === 'string' ? after : undefined,
    limit: Number.isInteger(limit) ? Number(limit) : undefined,
    bytes: typeof bytes === 'boolean' ? bytes : undefined,
  };
}

/** What the control socket can do. */
export function operationsOf({ daemon, watch, panel, reload, config, leave }: OrderParts): Operations {
  const source = (): DaemonSource => ({ state: daemon.state, settings: daemon.settings, version: VERSION });
  return {
    identify: (): DaemonIdentity => ({ pid: process.pid, port: daemon.port, config }),
    lockouts: () => daemon.sharing.list(),
    unlock: (subject) => daemon.sharing.clear(typeof subject === 'string' ? subject : undefined),
    sessions: (query) => sessionPage(daemon.sessions, sessionQueryOf(query)),
    kill: (id) => {
      if (!daemon.hangUp(String(id))) throw new Error(`no session ${id}`);
    },
    health: () => healthOf(source()),
    leave() {
      if (!daemon.state.isStopping) throw new Error('the daemon is not stopping');
      leave();
    },
    events(after) {
      const { recent, since } = watch;
      // A number of another daemon, which ran before, may be higher than all of this one's.
      const from = typeof after === 'number' && after <= recent.last ? after : 0;
      return { since, last: recent.last, events: recent.after(from) } satisfies EventPage;
    },
    status: () => statusOf(source(), watch),
    metrics(format) {
      const families = watch.metrics.families(source());
      return format === 'json' ? families : metricsText(families);
    },
    panel: (asked) => {
      const { role, madeBy } = (asked ?? {}) as { role?: unknown; madeBy?: unknown };
      return panel.open(role === 'viewer' ? 'viewer' : 'admin', String(madeBy ?? '').slice(0, LONGEST_NAME));
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
      // One that only waits for its last sessions makes room; what it answers otherwise does not matter.
      await within(
        LEAVE_SECONDS,
        tellDaemon(path, 'leave').catch(() => {}),
      );
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
