import { codeOf, Parent, reasonOf, takeOver } from '../base/index.ts';
import { type Launcher, type LauncherName, launcherNamed } from '../launch/index.ts';
import type { Identity } from '../login/index.ts';
import { closeAllOnExec, limitOpenFiles, PamError } from '../native/index.ts';
import { type CommandMaker, CommandRun, prepare } from '../run/index.ts';
import { become, openSession, ownSession, takeOverSession } from './become.ts';
import {
  type Became,
  type Bytes,
  ORDERS,
  type Order,
  QUESTIONS,
  type Question,
  type Report,
} from './host-protocol.ts';

/** The soft limit that commands get, unless PAM says otherwise: the system's usual one, which select(2) depends on. */
const COMMAND_OPEN_FILES = 1024;

/** A host: a process that becomes a user for good, and runs the commands of that user. */
class Host {
  readonly #runs = new Map<string, CommandRun>();
  readonly #stderrSockets = new Map<string, ReturnType<typeof takeOver>>();
  #identity: Identity | undefined;
  #maker: CommandMaker | undefined;
  #environment: Readonly<Record<string, string>> = {};
  readonly #parent: Parent<typeof QUESTIONS, typeof ORDERS>;
  #launcher!: Launcher;

  constructor() {
    this.#parent = new Parent({
      questions: QUESTIONS,
      answer: (question) => (question.say === 'become' ? this.#become(question) : this.#bytes(question.id)),
      refuses: (error) => error instanceof PamError,
      orders: ORDERS,
      obey: (order, handle) => this.#obey(order, handle),
      closed: () => this.#end(),
    });
  }

  /** Loads the launcher before it is a user's, who may be unable to read the files. */
  async serve(launcher: LauncherName): Promise<void> {
    this.#launcher = await launcherNamed(launcher);
    this.#parent.ready();
  }

  async #obey(order: Order, handle: unknown): Promise<void> {
    switch (order.say) {
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
    }
  }

  /** rexecd is gone, or has nothing more to do here: sessions that are open are hung up. */
  async #end(): Promise<void> {
    for (const run of this.#runs.values()) run.hangUp();
    await Promise.all([...this.#runs.values()].map(({ over }) => over));
    process.exit();
  }

  async #bytes(id: string): Promise<Bytes> {
    const bytes = await this.#runs.get(id)?.bytes();
    if (!bytes) throw new Error(`no session ${id}`);
    return bytes;
  }

  #become({ owner, address, opened: before }: Extract<Question, { say: 'become' }>): Became {
    const { identity, service } = owner;
    const { opened, spoilt } = before
      ? { opened: before, spoilt: false }
      : service !== undefined && process.getuid?.() === 0
        ? openSession(service, identity.user, address)
        : { opened: ownSession(), spoilt: false };
    if (before) takeOverSession(before);
    if (!spoilt) become(owner);
    this.#identity = identity;
    this.#environment = opened.environment;
    this.#maker = { launcher: this.#launcher, prepare, limits: opened.limits };
    return { opened, spoilt };
  }

  async #run(order: Extract<Order, { say: 'run' }>, handle: unknown): Promise<void> {
    const { id, address, options, channel } = order;
    const stderrSocket = this.#stderrSockets.get(id);
    this.#stderrSockets.delete(id);
    if (!handle) {
      stderrSocket?.destroy();
      this.#report({
        say: 'failed',
        id,
        code: 'REXEC_PEER_VANISHED',
        cause: 'the connection did not arrive',
      });
      return this.#report({ say: 'over', id });
    }
    this.#report({ say: 'taken', id });
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
      started: (started) => this.#report({ say: 'started', id, ...started }),
      signaled: (signal) => this.#report({ say: 'signaled', id, signal }),
      idle: () => this.#report({ say: 'idle', id }),
      stuck: (pid) => this.#report({ say: 'stuck', id, pid }),
      ended: (status) => this.#report({ say: 'ended', id, status }),
      failed: (error) => this.#report({ say: 'failed', id, code: codeOf(error), cause: reasonOf(error) }),
    });
    this.#runs.set(id, run);
    await run.over;
    this.#runs.delete(id);
    this.#report({ say: 'over', id });
  }

  #report(report: Report): void {
    this.#parent.say(report);
  }
}

closeAllOnExec();
limitOpenFiles(COMMAND_OPEN_FILES); // Node has raised its own to the hard limit
await new Host().serve(process.argv[2] as LauncherName);
