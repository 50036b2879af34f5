import { type Limiter, reasonOf } from '../base/index.ts';
import { stopping } from '../connection/index.ts';
import type { Events } from '../events/index.ts';
import type { Grant } from '../login/index.ts';
import type { HostProcess } from './host-process.ts';
import type { BecomeOptions, Opened } from './host-protocol.ts';

/** What a host of an account is made of. */
export interface OwnedHostParts {
  /** Gives a process that is not a user's yet. */
  readonly start: () => HostProcess;
  /** Bounds how many start at a time: each takes a processor for a while. It is left before a user can stop the process. */
  readonly starts: Limiter;
  readonly grant: Grant;
  /** What it is known by: the same for logins that may share it. */
  readonly account: string;
  /** The peer's numeric address. */
  readonly address: string;
  readonly options: BecomeOptions;
  readonly events: Events;
}

/** A host of an account, from the start of its PAM session to its close. */
export class OwnedHost {
  readonly account: string;
  /** Rejects if it did not become the account's. */
  readonly ready: Promise<Opened>;
  /** Resolves when the process has ended and its PAM session is closed; never rejects. */
  readonly over: Promise<void>;
  /** Set while it has no sessions. */
  idle: NodeJS.Timeout | undefined;
  /** Set until it is stale; then it gets sessions only if its account can have no other host. */
  fresh: NodeJS.Timeout | undefined;
  /** Sessions that wait until it is ready. */
  waiting = 0;
  readonly #parts: OwnedHostParts;
  #process: HostProcess | undefined; // until it is its turn
  #ending = false;

  constructor(parts: OwnedHostParts) {
    this.#parts = parts;
    this.account = parts.account;
    this.ready = this.#start();
    this.over = this.#watch();
  }

  /** Undefined until it is its turn. */
  get process(): HostProcess | undefined {
    return this.#process;
  }

  get load(): number {
    return (this.#process?.load ?? 0) + this.waiting;
  }

  /** How many commands it is starting, or is to start. */
  get busy(): number {
    return (this.#process?.starting ?? 0) + this.waiting;
  }

  get usable(): boolean {
    return !this.#ending && (this.#process?.usable ?? true);
  }

  /** Ends it; what it still runs is hung up. */
  async end(): Promise<void> {
    this.#ending = true;
    await this.#process?.end();
    await this.over;
  }

  /** One that cannot live under the limits of its PAM session makes room for one that has the session without them. */
  async #start(): Promise<Opened> {
    const { grant, address, options } = this.#parts;
    const { identity, session } = grant;
    const first = await this.#startProcess();
    const { opened, spoilt } = await first.become({ identity, service: session?.service }, address, options);
    if (!spoilt) return opened;
    try {
      await first.end();
      const second = await this.#startProcess();
      await second.become({ identity, service: undefined }, address, options, opened);
      return opened;
    } catch (error) {
      await this.#closeSession(opened);
      throw error;
    }
  }

  #startProcess(): Promise<HostProcess> {
    const { start, starts } = this.#parts;
    return starts.run(async () => {
      if (this.#ending) throw stopping();
      const process = start();
      this.#process = process;
      await process.started;
      return process;
    });
  }

  async #watch(): Promise<void> {
    const { grant, events } = this.#parts;
    const opened = await this.ready.catch(() => undefined);
    const process = this.#process;
    if (!process) return;
    if (opened === undefined) return process.end();
    const cause = await process.gone;
    clearTimeout(this.idle);
    clearTimeout(this.fresh);
    if (!this.#ending) events.emit('hostDied', { user: grant.identity.user, pid: process.pid, cause });
    await this.#closeSession(opened);
  }

  async #closeSession({ environment }: Opened): Promise<void> {
    const { grant, events } = this.#parts;
    await grant.session?.close(environment).catch((error) => {
      events.emit('loginSessionBroken', { user: grant.identity.user, cause: reasonOf(error) });
    });
  }
}
