import type { Socket } from 'node:net';
import { Unanswered } from '../base/index.ts';
import { LaunchError } from '../launch/index.ts';
import { LoginError } from '../login/index.ts';
import type { Became, BecomeOptions, Bytes, Opened, Order, Owner, Report } from './host-protocol.ts';
import type { HostedRun } from './hosted-run.ts';
import type { HostChild } from './start-host.ts';

/** What is to be done about a host. */
export interface Heard {
  /** It has stopped answering. */
  silent(): void;
  /** It was killed, and has left this process group of its user behind. */
  abandoned(owner: Owner, command: number): void;
}

/** Time for each answer; a host that takes longer is silent. */
const ANSWER_SECONDS = 10;
/** Time for an answer to a question that an administrator asks. */
const ASK_SECONDS = 1;

/** A host as rexecd sees it: a child of its own, which is one user's for good from {@link become} on. */
export class HostProcess {
  readonly #child: HostChild;
  readonly #runs = new Map<string, HostedRun>();
  readonly #heard: Heard;
  #owner: Owner | undefined;
  /** Resolves when it waits to become a user, or has ended. */
  readonly started: Promise<void>;
  /** Resolves with the cause when the process has ended, or cannot be ended. */
  readonly gone: Promise<string>;
  /** Commands that are being started. */
  starting = 0;

  /** @param start starts it; what it throws is thrown */
  constructor(start: (hear: (report: Report) => void) => HostChild, heard: Heard) {
    this.#heard = heard;
    this.#child = start((report) => this.#take(report));
    this.started = this.#child.started;
    this.gone = this.#child.gone.then((cause) => this.#lost(cause));
  }

  get pid(): number {
    return this.#child.pid;
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
    return this.#child.usable && !this.#child.silent;
  }

  get silent(): boolean {
    return this.#child.silent;
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
    await this.#child.started;
    try {
      return await this.#child.ask({ say: 'become', owner, address, opened }, loginSeconds);
    } catch (error) {
      throw error instanceof Unanswered ? this.#notBecome(error, loginSeconds) : error;
    }
  }

  /** Gives it a session, which is its own once it has said so. */
  take(run: HostedRun): void {
    this.starting += 1;
    const inTime = this.#child.expect(ANSWER_SECONDS, () => this.#heard.silent());
    this.#runs.set(run.id, run);
    run.enter(this, () => {
      inTime();
      this.starting -= 1;
    });
  }

  pass(order: Order, handle: Socket): void {
    this.#child.pass(order, handle);
  }

  say(order: Order): void {
    this.#child.say(order);
  }

  /** Undefined if it does not know, or say in time. */
  bytes(id: string): Promise<Bytes | undefined> {
    return this.#child.ask({ say: 'bytes', id }, ASK_SECONDS).catch(() => undefined);
  }

  kill(): void {
    this.#child.kill();
  }

  /** Kills it because a session of it does not end; then the command of that session is still there. */
  abandon(command: number | undefined): void {
    this.kill();
    const [owner, { abandoned }] = [this.#owner, this.#heard];
    if (owner && command !== undefined) this.gone.then(() => abandoned(owner, command)).catch(() => {});
  }

  /** Ends it; what it still runs is hung up. Resolves when it has ended, or cannot be ended. */
  async end(): Promise<void> {
    await this.#child.end();
    await this.gone;
  }

  #notBecome({ why, message }: Unanswered, seconds: number): Error {
    if (why === 'refused') return new LoginError(message);
    if (why === 'ended') return new LaunchError(`host ended: ${message}`);
    if (why === 'failed') return new LaunchError(message);
    this.kill();
    return new LaunchError(`no answer from the host within ${seconds} s (login.seconds)`);
  }

  #take(report: Report): void {
    this.#runs.get(report.id)?.hear(report);
    if (report.say === 'over') this.#runs.delete(report.id);
  }

  #lost(cause: string): string {
    for (const run of this.#runs.values()) run.lost(cause);
    this.#runs.clear();
    return cause;
  }
}
