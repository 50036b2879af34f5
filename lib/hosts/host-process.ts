import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { reasonOf, startDeadline, within } from '../base/index.ts';
import { LaunchError, type LauncherName, letGo } from '../launch/index.ts';
import { LoginError } from '../login/index.ts';
import { connectionClosed, type Job, type Run, type RunEvents } from '../run/index.ts';
import {
  type Became,
  type BecomeOptions,
  isReport,
  type Opened,
  type Order,
  type Owner,
  type Report,
} from './host-protocol.ts';
import { HostedRun } from './hosted-run.ts';
import { startHost } from './start-host.ts';

/** What is to be done about a host. */
export interface Heard {
  /** It has stopped answering. */
  silent(): void;
  /** It was killed, and has left this process group of its user behind. */
  abandoned(owner: Owner, command: number): void;
}

/** Time for each answer; a host that takes longer is silent. */
const ANSWER_SECONDS = 10;
/** Time to end by itself, and once more after SIGKILL. */
const END_SECONDS = 2;

/** A host as rexecd sees it: a child of its own, which is one user's for good from {@link become} on. */
export class HostProcess {
  readonly #child: ChildProcess;
  readonly #runs = new Map<string, HostedRun>();
  readonly #ready = Promise.withResolvers<void>();
  readonly #became = Promise.withResolvers<Became>();
  readonly #heard: Heard;
  #owner: Owner | undefined;
  /** Resolves when it waits to become a user, or has ended. */
  readonly started: Promise<void>;
  /** Resolves with the cause when the process has ended. */
  readonly gone: Promise<string>;
  #cause: string | undefined;
  #silent = false;
  #ended = false;
  /** Commands that are being started. */
  starting = 0;

  /** @throws LaunchError if the system has no process or descriptor left for it */
  constructor(launcher: LauncherName, heard: Heard) {
    this.#heard = heard;
    this.#child = startHost(launcher);
    this.gone = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(this.#lost(`cannot start: ${reasonOf(error)}`)));
      this.#child.once('exit', (code, signal) =>
        resolve(this.#lost(this.#cause ?? signal ?? `exit status ${code}`)),
      );
    });
    const inTime = startDeadline(this.#child, (cause) => {
      this.#cause = cause;
    });
    this.started = this.#ready.promise.catch(() => {}).finally(inTime);
    for (const promise of [this.#ready.promise, this.#became.promise]) promise.catch(() => {}); // awaited by become()
    this.#child.on('message', (message) => this.#hear(message));
    this.#child.unref();
    this.#child.channel?.unref(); // the daemon's listeners keep it alive
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Whose it is; empty before {@link become}. */
  get user(): string {
    return this.#owner?.identity.user ?? '';
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

  /**
   * Makes it a user's. Resolves with what its PAM session gave.
   *
   * @throws LoginError if PAM refused the session; LaunchError if it could not
   */
  async become(
    owner: Owner,
    address: string,
    { loginSeconds }: BecomeOptions,
    opened?: Opened,
  ): Promise<Became> {
    this.#owner = owner;
    await this.#ready.promise;
    const timer = setTimeout(() => {
      this.#became.reject(new LaunchError(`no answer from the host within ${loginSeconds} s (loginSeconds)`));
      this.kill();
    }, loginSeconds * 1000);
    try {
      this.say({ say: 'become', owner, address, ...(opened && { opened }) });
      return await this.#became.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Gives it a session. The connection is the host's from now on. @throws SessionError `REXEC_PEER_VANISHED` */
  run(job: Job, connection: Socket, stderrSocket: Socket | undefined, events: RunEvents): Run {
    const { session: id, grant, command, early, address, options, muxed } = job;
    const going = letGo(connection);
    if (!going) throw connectionClosed();
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

  /** Kills it because a session of it does not end; then the command of that session is still there. */
  abandon(command: number | undefined): void {
    this.kill();
    const [owner, { abandoned }] = [this.#owner, this.#heard];
    if (owner && command !== undefined) this.gone.then(() => abandoned(owner, command)).catch(() => {});
  }

  /** Ends it; what it still runs is hung up. Resolves when it has ended, or cannot be ended. */
  async end(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    await within(END_SECONDS, this.gone);
    if (this.#ended) return;
    this.kill();
    await within(END_SECONDS, this.gone);
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
    else if (report.say === 'became') this.#became.resolve(report);
    else if (report.say === 'broken') {
      this.#cause = report.cause;
      this.#became.reject(report.refused ? new LoginError(report.cause) : new LaunchError(report.cause));
    } else {
      this.#runs.get(report.id)?.hear(report);
      if (report.say === 'over') this.#runs.delete(report.id);
    }
  }

  #noAnswer(): void {
    if (!this.#silent && !this.#ended) this.#heard.silent();
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
