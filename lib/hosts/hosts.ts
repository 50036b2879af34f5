import { availableParallelism } from 'node:os';
import { Limiter, reasonOf } from '../base/index.ts';
import { SessionError, unlessGone } from '../connection/index.ts';
import type { Events } from '../events/index.ts';
import type { LauncherName } from '../launch/index.ts';
import type { Grant } from '../login/index.ts';
import type { Job, Run, RunEvents, Runner } from '../run/index.ts';
import { HostProcess } from './host-process.ts';
import type { BecomeOptions, Owner } from './host-protocol.ts';
import { HostedRun } from './hosted-run.ts';
import { OwnedHost } from './owned-host.ts';
import { SpareHost } from './spare-host.ts';
import { startHost } from './start-host.ts';

/** What the hosts go by. It may change at any time. */
export interface HostOptions extends BecomeOptions {
  readonly launcher: LauncherName;
  readonly maxHosts: number;
  /** How long a host without sessions is kept; 0: each session has a host, and so a PAM session, of its own. */
  readonly hostIdleSeconds: number;
}

/** Sessions that one host has at most: its descriptors are to stay below the soft limit that commands get. */
const MOST_SESSIONS = 100;
/** Hosts of one account that do not answer; an account with more gets no other. */
const MOST_SILENT = 3;
/** Commands that a host may be starting before its account gets another one. */
const BUSY = 2;
/** Time to start a host that ends what another one has left behind; its user may stop it too. */
const CLEAN_SECONDS = 5;
/** After this time an account gets a fresh host: its limits, groups and PAM's files may have changed. */
const FRESH_MS = 10 * 60 * 1000;

/** Processes that are users: each account's commands run in hosts of its own, and one more waits for the next account. */
export class Hosts implements Runner {
  #options: HostOptions;
  readonly #events: Events;
  readonly #owned = new Set<OwnedHost>();
  readonly #processes = new Set<HostProcess>(); // all that have not ended
  readonly #work = new Set<Promise<void>>(); // what is still to be done for hosts and their PAM sessions
  readonly #starts = new Limiter(2 * availableParallelism());
  readonly #spare: SpareHost;

  constructor(options: HostOptions, events: Events) {
    this.#options = options;
    this.#events = events;
    this.#spare = new SpareHost(() => this.#newHost());
  }

  /** For sessions from now on, which get hosts of their own: what was set up for the machine's accounts is read again. */
  set options(options: HostOptions) {
    const sameLauncher = options.launcher === this.#options.launcher;
    this.#options = options;
    if (!sameLauncher) this.#track(this.#spare.replace());
    for (const host of this.#owned) this.#age(host);
  }

  /** How many users' hosts there are. */
  get size(): number {
    return this.#owned.size;
  }

  run(job: Job, events: RunEvents): Promise<Run> {
    return this.#withHost(job, (host) => {
      const run = new HostedRun(job, events, () => this.#track(this.#replace(run, job)));
      this.#enter(host, run);
      return run;
    });
  }

  /** Ends them all, whose sessions have ended; those too that are still cleaning up after another one. */
  async end(): Promise<void> {
    const hosts = [...this.#owned].map((host) => host.end());
    await Promise.all([...hosts, this.#spare.end()]);
    for (;;) {
      await Promise.all([...this.#processes].map((each) => each.end()));
      if (this.#work.size === 0) return;
      await Promise.all(this.#work);
    }
  }

  /** Does it with a host of the account that is ready. */
  async #withHost<T>({ grant, address, gone }: Job, use: (host: OwnedHost) => T): Promise<T> {
    const host = this.#hostFor(grant, address);
    clearTimeout(host.idle);
    host.idle = undefined;
    host.waiting += 1;
    try {
      await unlessGone(host.ready, gone); // its user can keep it from becoming ready
      return use(host);
    } finally {
      host.waiting -= 1;
      this.#rest(host);
    }
  }

  #enter(host: OwnedHost, run: HostedRun): void {
    if (run.done) return; // it was given up while it waited
    host.process!.take(run); // it is ready
    this.#track(run.over.then(() => this.#rest(host)));
  }

  async #replace(run: HostedRun, job: Job): Promise<void> {
    try {
      await this.#withHost(job, (host) => this.#enter(host, run));
    } catch (error) {
      run.fail(error);
    }
  }

  /** The least busy one of the account; another one if all are busy, or new. */
  #hostFor(grant: Grant, address: string): OwnedHost {
    const account = accountOf(grant);
    const { hostIdleSeconds } = this.#options;
    const own = [...this.#owned].filter((each) => each.account === account);
    const silent = own.filter(({ process }) => process?.silent).length;
    if (silent > MOST_SILENT)
      throw new SessionError('REXEC_BUSY', `${silent} hosts of ${grant.identity.user} do not answer`);
    const usable = own.filter((each) => each.usable && each.load < MOST_SESSIONS);
    const [best] = usable.sort(byUse);
    if (hostIdleSeconds === 0 || !best) return this.#own(grant, account, address);
    const mayHaveMore = own.length < availableParallelism() && this.#owned.size < this.#options.maxHosts;
    if (!best.fresh && mayHaveMore) return this.#own(grant, account, address);
    if (best.busy >= BUSY && mayHaveMore) this.#own(grant, account, address).ready.catch(() => {}); // for the next ones
    return best;
  }

  /** @throws SessionError `REXEC_BUSY` if there are as many as there may be, all of them busy */
  #own(grant: Grant, account: string, address: string): OwnedHost {
    const { maxHosts } = this.#options;
    if (this.#owned.size >= maxHosts) this.#endIdlest();
    if (this.#owned.size >= maxHosts)
      throw new SessionError('REXEC_BUSY', `all ${maxHosts} hosts are in use (launch.maxHosts)`);
    const host = new OwnedHost({
      start: () => this.#spare.take(),
      starts: this.#starts,
      grant,
      account,
      address,
      options: this.#options,
      events: this.#events,
    });
    host.fresh = setTimeout(() => this.#age(host), FRESH_MS).unref();
    this.#owned.add(host);
    this.#track(host.over.finally(() => this.#owned.delete(host)));
    return host;
  }

  #age(host: OwnedHost): void {
    clearTimeout(host.fresh);
    host.fresh = undefined;
    this.#rest(host);
  }

  /** Keeps a host that has nothing to do for a while, if it is fresh. */
  #rest(host: OwnedHost): void {
    if (host.load > 0 || !this.#owned.has(host)) return;
    clearTimeout(host.idle);
    if (!host.fresh) return this.#let(host);
    host.idle = setTimeout(() => this.#let(host), this.#options.hostIdleSeconds * 1000);
    host.idle.unref();
  }

  #endIdlest(): void {
    const idle = [...this.#owned].find((each) => each.idle !== undefined && each.load === 0);
    if (idle) this.#let(idle);
  }

  #let(host: OwnedHost): void {
    clearTimeout(host.idle);
    this.#owned.delete(host);
    this.#track(host.end());
  }

  #newHost(): HostProcess {
    const host = new HostProcess((hear) => startHost(this.#options.launcher, hear), {
      silent: () => {
        this.#events.emit('hostSilent', { user: host.user, pid: host.pid });
      },
      abandoned: (owner, command) => this.#track(this.#endGroup(owner, command)),
    });
    this.#processes.add(host);
    const ended = () => this.#processes.delete(host);
    host.gone.then(ended).catch(ended);
    return host;
  }

  /** Kills what a host left behind: as its user, so that a number that is wrong can hit no other one's processes. */
  async #endGroup({ identity }: Owner, pid: number): Promise<void> {
    try {
      const host = this.#newHost();
      try {
        await host.become({ identity, service: undefined }, '', { loginSeconds: CLEAN_SECONDS });
        host.say({ say: 'endGroup', pid });
      } finally {
        await host.end();
      }
    } catch (error) {
      this.#events.emit('hostDied', { user: identity.user, pid: 0, cause: reasonOf(error) });
    }
  }

  #track(work: Promise<void>): void {
    const done = work.finally(() => this.#work.delete(done));
    this.#work.add(done);
  }
}

/** The same for logins that may share a host: all that makes the process. */
const accountOf = ({ identity, session }: Grant): string =>
  `${identity.user} ${JSON.stringify([identity, session?.service])}`;

/** Fresh ones first, then the least busy. */
const byUse = (one: OwnedHost, other: OwnedHost): number =>
  Number(!one.fresh) - Number(!other.fresh) || one.busy - other.busy || one.load - other.load;
