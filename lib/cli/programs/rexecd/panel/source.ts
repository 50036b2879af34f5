import type { Daemon } from '../../../../daemon/index.ts';
import type { EventLog } from '../../../../events/index.ts';
import { type DaemonSource, metricsText, statusOf, type Watch } from '../../../../metrics/index.ts';
import {
  changeByPanel,
  Ledger,
  type LockoutRow,
  type PanelSource,
  type SessionRow,
  settingRows,
} from '../../../../panel/index.ts';
import {
  type Policy,
  type Resolved,
  resolveSettings,
  type Sources,
  TomlDocument,
} from '../../../../settings/index.ts';
import { VERSION } from '../../common/version.ts';
import { faultOf } from '../../common/would-start.ts';

const FRESH_MS = 500;

/** What the panel is about. */
export interface SourceParts {
  readonly daemon: Daemon;
  readonly watch: Watch;
  readonly events: EventLog;
  /** Absolute path of the settings file; empty: none. */
  readonly config: string;
  readonly sources: () => Promise<Sources>;
  /** The settings as the files have them, and those that are used. */
  readonly load: () => Promise<Resolved>;
  readonly running: () => Resolved;
  readonly reload: () => Promise<string[]>;
}

/** What this daemon does for its panel. */
export function panelSource(parts: SourceParts): PanelSource {
  const { daemon, watch, events, running, load, reload, config } = parts;
  const about = (): DaemonSource => ({ state: daemon.state, settings: daemon.settings, version: VERSION });
  const ledger = new Ledger();
  const policyNow = async (): Promise<Policy | undefined> => (await parts.sources()).policy;
  let counted = { at: Number.NEGATIVE_INFINITY, text: '' };
  let looks = 0;
  let seen: Resolved | undefined;

  /** Another number for other settings. */
  function settingsRevision(): number {
    if (seen !== running()) {
      seen = running();
      looks += 1;
    }
    return looks;
  }

  /** Made at most twice a second, however many ask: it is some files of /proc for each process. */
  function counters(): string {
    if (performance.now() - counted.at > FRESH_MS)
      counted = { at: performance.now(), text: metricsText(watch.metrics.families(about())) };
    return counted.text;
  }

  return {
    counters,
    async news({ revision, cursor }) {
      const listed = daemon.sessions
        .filter(({ state }) => state !== 'closed')
        .map((session) => ({
          id: session.id,
          mark: `${session.state} ${session.pid}`,
          row: () => rowOf(session),
        }));
      const { revision: next, ...sessions } = ledger.changes(listed, revision);
      return {
        revision: next,
        sessions,
        settings: settingsRevision(),
        status: await statusOf(about(), watch),
        lockouts: daemon.lockout.list().map(lockoutRow),
        cursor: watch.recent.last,
        events: watch.recent.after(cursor),
      };
    },
    async session(id) {
      const session = daemon.sessions.find((each) => each.id === id);
      if (!session) return null;
      const { received, sent } = await session.summary;
      return { ...rowOf(session), received, sent };
    },
    settings: async () =>
      settingRows({
        running: running(),
        fresh: await load().catch(() => undefined),
        policy: await policyNow().catch(() => undefined),
        hasFile: config !== '',
      }),
    kill(id) {
      if (!daemon.hangUp(id)) throw new Error('This session has ended already.');
    },
    async unlock(subject) {
      if ((await daemon.sharing.clear(subject)) === 0 && subject !== undefined)
        throw new Error('This lockout has ended already.');
    },
    reload,
    async set(changes) {
      const { origins } = await load().catch(running);
      await changeByPanel({ path: config, policy: await policyNow(), origins, check, reload }, changes);
    },
    used: (verb, what, { role, madeBy }) => events.emit('panelUsed', { verb, what, role, madeBy }),
  };

  /** @throws Error if the daemon would not start with such a file */
  async function check(text: string): Promise<void> {
    const file = { path: config, document: new TomlDocument(config, text) };
    const fault = await faultOf(resolveSettings({ ...(await parts.sources()), file }));
    if (fault !== undefined) throw new Error(fault);
  }
}

/** A session that has closed is in no list: one that does so at this moment is closing. */
function rowOf({ brief }: Daemon['sessions'][number]): SessionRow {
  const { id, state, peer, address, since, secure, user, localUser, command, pid } = brief;
  return {
    ...{ id, peer, user, command, pid, since },
    state: state === 'closed' ? 'closing' : state,
    host: address,
    tls: secure,
    localUser: localUser ?? '',
  };
}

function lockoutRow({
  subject,
  scope,
  failures,
  times,
  seconds,
}: ReturnType<Daemon['lockout']['list']>[number]): LockoutRow {
  // To the second: what is left is rounded, and a time that jumps to and fro would be a change each time.
  return { subject, scope, failures, times, until: Math.round(Date.now() / 1000 + seconds) * 1000 };
}
