import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startProgram } from '../base/index.ts';
import { LaunchError, type LauncherName, letGo } from '../launch/index.ts';
import { LoginError } from '../login/index.ts';
import { type Job, type Run, type RunEvents, SessionError, within } from '../orchestrator/index.ts';
import { isReport, type Order, type Owner, type Report } from './host-protocol.ts';
import { HostedRun } from './hosted-run.ts';

const PROGRAM = fileURLToPath(new URL(`./host-program${extname(import.meta.filename)}`, import.meta.url));

/** A small Node: its memory is copied by each fork, and its threads count as processes of the user. */
const FLAGS = [
  '--max-semi-space-size=1',
  '--single-threaded-gc',
  '--v8-pool-size=0',
  '--disable-warning=ExperimentalWarning',
];

/** Time for each answer; a host that takes longer is silent. */
const ANSWER_SECONDS = 10;

/** A host as rexecd sees it: a child of its own, which is one user's for good from {@link become} on. */
export class HostProcess {
  readonly #child: ChildProcess;
  readonly #runs = new Map<string, HostedRun>();
  readonly #ready = Promise.withResolvers<void>();
  readonly #became = Promise.withResolvers<Readonly<Record<string, string>>>();
  readonly #onSilent: () => void;
  /** Resolves with the cause when the process has ended. */
  readonly gone: Promise<string>;
  #cause: string | undefined;
  #silent = false;
  #ended = false;
  /** Commands that are being started. */
  starting = 0;

  /**
   * @param onSilent called each time it stops answering
   * @throws Error if the system has no process or descriptor left for it
   */
  constructor(onSilent: () => void) {
    this.#onSilent = onSilent;
    this.#child = startProgram(PROGRAM, ['ignore', 'ignore', 'ignore', 'ipc'], { flags: FLAGS });
    this.gone = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(this.#lost(`cannot start: ${error.message}`)));
      this.#child.once('exit', (code, signal) =>
        resolve(this.#lost(this.#cause ?? signal ?? `exit status ${code}`)),
      );
    });
    for (const promise of [this.#ready.promise, this.#became.promise]) promise.catch(() => {}); // awaited by become()
    this.#child.on('message', (message) => this.#hear(message));
    this.#child.unref();
    this.#child.channel?.unref(); // the daemon's listeners keep it alive
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** How many sessions it has. */
  get load(): number {
    return this.#runs.size;
  }

  /** Whether it takes sessions. */
  get usable(): boolean {
    return !this.#ended && !this.#silent && this.#child.connected;
  }

  get silent(): boolean {
    return this.#silent;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /**
   * Makes it a user's. Resolves with the environment that its PAM session gave.
   *
   * @throws LoginError if PAM refused the session; LaunchError if it could not
   */
  async become(
    owner: Owner,
    address: string,
    launcher: LauncherName,
  ): Promise<Readonly<Record<string, string>>> {
    const timer = setTimeout(() => {
      this.#ready.reject(new LaunchError('no answer from the host'));
      this.#became.reject(new LaunchError('no answer from the host'));
      this.kill();
    }, ANSWER_SECONDS * 1000);
    try {
      await this.#ready.promise;
      this.say({ say: 'become', owner, address, launcher });
      return await this.#became.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Gives it a session. The connection is the host's from now on. @throws SessionError if the peer has left */
  run(job: Job, connection: Socket, stderrSocket: Socket | undefined, events: RunEvents): Run {
    const { session: id, grant, command, early, address, options, muxed } = job;
    const going = letGo(connection);
    if (!going) throw new SessionError('REXEC_PEER_VANISHED', 'connection closed');
    const { profile, requireHome, killSeconds, drainSeconds, idleSeconds } = options;
    this.starting += 1;
    const late = setTimeout(() => this.#noAnswer(), ANSWER_SECONDS * 1000);
    const answered = () => {
      clearTimeout(late);
      this.starting -= 1;
    };
    const run = new HostedRun(id, options, events, this, answered);
    this.#runs.set(id, run);
    const second = stderrSocket && letGo(stderrSocket);
    const channel = !second ? 'none' : muxed && !muxed.carriesStderr ? 'signals' : 'stderr';
    if (second) this.#send({ say: 'stderrSocket', id }, second.departing);
    const order: Order = {
      say: 'run',
      id,
      environment: grant.environment ?? {},
      command: command.toString('base64'),
      early: Buffer.concat([early, going.early]).toString('base64'),
      address,
      options: { profile, requireHome, killSeconds, drainSeconds, idleSeconds },
      channel,
    };
    this.#send(order, going.departing);
    return run;
  }

  say(order: Order): void {
    if (this.#child.connected) this.#child.send(order, () => {}); // if it is gone, 'exit' tells
  }

  kill(): void {
    this.#child.kill('SIGKILL'); // not reaped before 'exit', so the number is its own
  }

  /** Ends it; what it still runs is hung up. Resolves when it has ended, or cannot be ended. */
  async end(seconds: number): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    await within(seconds, this.gone);
    if (this.#ended) return;
    this.kill();
    await within(seconds, this.gone);
    if (!this.#ended) this.#lost('cannot be ended');
  }

  #send(order: Order, { handle, close }: { handle: Socket; close: () => void }): void {
    if (!this.#child.connected) return close();
    this.#child.send(order, handle, close);
  }

  #hear(message: unknown): void {
    this.#silent = false;
    if (!isReport(message)) {
      this.#cause = 'an unknown message';
      return this.kill();
    }
    this.#take(message);
  }

  #take(report: Report): void {
    if (report.say === 'ready') this.#ready.resolve();
    else if (report.say === 'became') this.#became.resolve(report.environment);
    else if (report.say === 'broken') {
      this.#cause = report.cause;
      this.#became.reject(report.refused ? new LoginError(report.cause) : new LaunchError(report.cause));
    } else {
      this.#runs.get(report.id)?.hear(report);
      if (report.say === 'over') this.#runs.delete(report.id);
    }
  }

  #noAnswer(): void {
    if (!this.#silent && !this.#ended) this.#onSilent();
    this.#silent = true;
  }

  #lost(cause: string): string {
    if (this.#ended) return cause;
    this.#ended = true;
    const error = new LaunchError(`host ended: ${cause}`);
    this.#ready.reject(error);
    this.#became.reject(error);
    for (const run of this.#runs.values()) run.lost(cause);
    this.#runs.clear();
    return cause;
  }
}
