import { codeOf, ignoreSignals, reasonOf, STRAY_SIGNALS } from '../base/index.ts';
import { type Launcher, type LauncherName, launcherNamed, takeOver } from '../launch/index.ts';
import type { Identity } from '../login/index.ts';
import { closeAllOnExec, limitOpenFiles, PamError } from '../native/index.ts';
import { type CommandMaker, CommandRun, prepare } from '../run/index.ts';
import { become, openSession, ownSession, takeOverSession } from './become.ts';
import type { Order, Report, RunOrder } from './host-protocol.ts';

/** The soft limit that commands get, unless PAM says otherwise: the system's usual one, which select(2) depends on. */
const COMMAND_OPEN_FILES = 1024;

/** A host: a process that becomes a user for good, and runs the commands of that user. */
class Host {
  readonly #runs = new Map<string, CommandRun>();
  readonly #stderrSockets = new Map<string, ReturnType<typeof takeOver>>();
  #identity: Identity | undefined;
  #maker: CommandMaker | undefined;
  #environment: Readonly<Record<string, string>> = {};
  readonly #launcher: Launcher;

  constructor(launcher: Launcher) {
    this.#launcher = launcher;
  }

  async obey(order: Order, handle: unknown): Promise<void> {
    switch (order.say) {
      case 'become':
        return this.#become(order);
      case 'stderrSocket':
        if (handle) this.#stderrSockets.set(order.id, takeOver(handle));
        return;
      case 'run':
        return this.#run(order, handle);
      case 'hangUp':
        return this.#runs.get(order.id)?.hangUp();
      case 'gone':
        return this.#runs.get(order.id)?.peerGone();
      case 'endGroup':
        return void process.kill(-order.pid, 'SIGKILL');
      case 'bytes': {
        const bytes = await this.#runs.get(order.id)?.bytes();
        return bytes && report({ say: 'bytes', id: order.id, ...bytes });
      }
    }
  }

  /** rexecd is gone, or has nothing more to do here: sessions that are open are hung up. */
  async end(): Promise<void> {
    for (const run of this.#runs.values()) run.hangUp();
    await Promise.all([...this.#runs.values()].map(({ over }) => over));
    process.exit();
  }

  #become(order: Extract<Order, { say: 'become' }>): void {
    const { owner, address } = order;
    const { identity, service } = owner;
    try {
      const { opened, spoilt } = order.opened
        ? { opened: order.opened, spoilt: false }
        : service !== undefined && process.getuid?.() === 0
          ? openSession(service, identity.user, address)
          : { opened: ownSession(), spoilt: false };
      if (order.opened) takeOverSession(order.opened);
      if (!spoilt) become(owner);
      this.#identity = identity;
      this.#environment = opened.environment;
      this.#maker = { launcher: this.#launcher, prepare, limits: opened.limits };
      report({ say: 'became', opened, spoilt });
    } catch (error) {
      report({ say: 'broken', cause: reasonOf(error), refused: error instanceof PamError });
    }
  }

  async #run(order: RunOrder, handle: unknown): Promise<void> {
    const { id, address, options, channel } = order;
    const stderrSocket = this.#stderrSockets.get(id);
    this.#stderrSockets.delete(id);
    if (!handle) {
      stderrSocket?.destroy();
      report({ say: 'failed', id, code: 'REXEC_PEER_VANISHED', cause: 'the connection did not arrive' });
      return report({ say: 'over', id });
    }
    const environment = { ...order.environment, ...this.#environment };
    const job = {
      session: id,
      grant: { identity: this.#identity!, environment },
      command: Buffer.from(order.command, 'base64'),
      early: Buffer.from(order.early, 'base64'),
      address,
      options,
      connection: takeOver(handle),
      stderrSocket,
      carriesStderr: channel === 'stderr',
      muxed: undefined,
    };
    job.connection.on('error', () => {}); // for its whole life; the run sees what broke
    const run = new CommandRun(job, this.#maker!, {
      started: (started) => report({ say: 'started', id, ...started }),
      signaled: (signal) => report({ say: 'signaled', id, signal }),
      idle: () => report({ say: 'idle', id }),
      stuck: (pid) => report({ say: 'stuck', id, pid }),
      ended: (status) => report({ say: 'ended', id, status }),
      failed: (error) => report({ say: 'failed', id, code: codeOf(error), cause: reasonOf(error) }),
    });
    this.#runs.set(id, run);
    await run.over;
    this.#runs.delete(id);
    report({ say: 'over', id });
  }
}

function report(told: Report): void {
  if (process.connected) process.send!(told, undefined, undefined, () => {}); // rexecd may end at any time
}

function broken(error: unknown): void {
  const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
  report({ say: 'broken', cause, refused: false });
  process.exitCode = 1;
  if (process.connected) process.disconnect();
}

closeAllOnExec();
limitOpenFiles(COMMAND_OPEN_FILES); // Node has raised its own to the hard limit
ignoreSignals(['SIGINT', 'SIGHUP', 'SIGTERM', 'SIGQUIT', ...STRAY_SIGNALS]); // it ends with the daemon
process.on('uncaughtException', broken);
// Before it is a user's: he may be unable to read the files.
const host = new Host(await launcherNamed(process.argv[2] as LauncherName));
process.on('message', (order: Order, handle: unknown) => {
  host.obey(order, handle).catch(broken);
});
process.on('disconnect', () => {
  host.end().catch(broken);
});
report({ say: 'ready' });
