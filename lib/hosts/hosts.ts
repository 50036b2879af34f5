import { Socket } from 'node:net';
import { availableParallelism } from 'node:os';
import type { EventLog } from '../events/index.ts';
import type { LauncherName } from '../launch/index.ts';
import type { Grant } from '../login/index.ts';
import { type Job, type Run, type RunEvents, type Runner, SessionError } from '../orchestrator/index.ts';
import { bridge } from './bridge.ts';
import { HostProcess } from './host-process.ts';

/** What the hosts go by. It may change at any time. */
export interface HostOptions {
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
const END_SECONDS = 2;
/** How long after one was taken the next spare host is started. */
const SPARE_MS = 250;

/** A host that is an account's. */
interface Owned {
  readonly process: HostProcess;
  readonly account: string;
  /** Rejects if it did not become the account's. */
  readonly ready: Promise<unknown>;
  idle: NodeJS.Timeout | undefined;
  /** Sessions that wait until it is ready, besides those that it has. */
  waiting: number;
}

/** Processes that are users: each account's commands run in hosts of its own, and one more waits for the next account. */
export class Hosts implements Runner {
  options: HostOptions;
  readonly #events: Pick<EventLog, 'emit'>;
  readonly #owned = new Set<Owned>();
  readonly #work = new Set<Promise<void>>(); // what is still to be done for hosts and their PAM sessions
  #spare: HostProcess | undefined;
  #ending = false;

  constructor(options: HostOptions, events: Pick<EventLog, 'emit'>) {
    this.options = options;
    this.#events = events;
    this.#keepSpare();
  }

  async run(job: Job, events: RunEvents): Promise<Run> {
    const host = this.#hostFor(job.grant, job.address);
    clearTimeout(host.idle);
    host.idle = undefined;
    host.waiting += 1;
    try {
      await host.ready;
      const run = this.#start(host, job, events);
      this.#track(run.over.then(() => this.#rest(host)));
      return run;
    } finally {
      host.waiting -= 1;
      this.#rest(host);
    }
  }

  /** Ends them all, whose sessions have ended. */
  async end(): Promise<void> {
    this.#ending = true;
    const hosts = [...this.#owned].map(({ process }) => process);
    if (this.#spare) hosts.push(this.#spare);
    await Promise.all([...hosts.map((host) => host.end(END_SECONDS)), ...this.#work]);
  }

  #start(host: Owned, job: Job, events: RunEvents): Run {
    const { connection, stderrSocket } = job;
    if (connection instanceof Socket && !job.muxed && !('encrypted' in connection))
      return host.process.run(job, connection, stderrSocket, events);
    const between = bridge(job, events);
    const second = stderrSocket ?? between.stderrSocket;
    const run = host.process.run(job, between.connection, second, between.events);
    const carried = between.carry(() => run.peerGone());
    return {
      over: Promise.all([run.over, carried]).then(() => {}),
      bytes: () => run.bytes(),
      hangUp: () => run.hangUp(),
      peerGone: () => run.peerGone(),
    };
  }

  /** The least busy one of the account; another one if all are busy, or new. */
  #hostFor(grant: Grant, address: string): Owned {
    const account = accountOf(grant);
    const { hostIdleSeconds } = this.options;
    const own = [...this.#owned].filter((each) => each.account === account);
    const silent = own.filter(({ process }) => process.silent).length;
    if (silent > MOST_SILENT)
      throw new SessionError('REXEC_BUSY', `${silent} hosts of ${grant.identity.user} do not answer`);
    const usable = own.filter((each) => each.process.usable && loadOf(each) < MOST_SESSIONS);
    const [least] = usable.sort((one, other) => busyOf(one) - busyOf(other) || loadOf(one) - loadOf(other));
    if (hostIdleSeconds === 0 || !least) return this.#own(grant, account, address);
    if (
      busyOf(least) >= BUSY &&
      own.length < availableParallelism() &&
      this.#owned.size < this.options.maxHosts
    )
      this.#own(grant, account, address).ready.catch(() => {}); // the next ones find it ready
    return least;
  }

  /** @throws SessionError `REXEC_BUSY` if there are as many as there may be, all of them busy */
  #own(grant: Grant, account: string, address: string): Owned {
    const { maxHosts, launcher } = this.options;
    if (this.#owned.size >= maxHosts) this.#endIdlest();
    if (this.#owned.size >= maxHosts)
      throw new SessionError('REXEC_BUSY', `all ${maxHosts} hosts are in use (maxHosts)`);
    const { identity, session } = grant;
    const process = this.#spare?.usable ? this.#spare : this.#newHost();
    this.#spare = undefined;
    setTimeout(() => this.#keepSpare(), SPARE_MS).unref(); // after the login that took it
    const ready = process.become({ identity, service: session?.service }, address, launcher);
    const host: Owned = { process, account, ready, idle: undefined, waiting: 0 };
    this.#owned.add(host);
    this.#track(this.#watch(host, grant));
    return host;
  }

  /** From its start to the close of its PAM session. */
  async #watch(host: Owned, { identity: { user }, session }: Grant): Promise<void> {
    const environment = await host.ready.catch(() => undefined);
    if (environment === undefined) {
      this.#owned.delete(host);
      await host.process.end(END_SECONDS);
      return;
    }
    const cause = await host.process.gone;
    const expected = this.#ending || !this.#owned.has(host);
    clearTimeout(host.idle);
    this.#owned.delete(host);
    if (!expected) this.#events.emit('hostDied', { user, pid: host.process.pid, cause });
    await session?.close(environment as Readonly<Record<string, string>>).catch((error: Error) => {
      this.#events.emit('loginSessionBroken', { user, cause: error.message });
    });
  }

  /** Keeps a host that has nothing to do for a while. */
  #rest(host: Owned): void {
    if (loadOf(host) > 0 || host.process.ended) return;
    clearTimeout(host.idle);
    host.idle = setTimeout(() => this.#let(host), this.options.hostIdleSeconds * 1000);
    host.idle.unref();
  }

  #endIdlest(): void {
    const idle = [...this.#owned].find((each) => each.idle !== undefined && loadOf(each) === 0);
    if (idle) this.#let(idle);
  }

  #let(host: Owned): void {
    this.#owned.delete(host);
    this.#track(host.process.end(END_SECONDS));
  }

  #keepSpare(): void {
    if (!this.#ending && this.#spare === undefined) this.#spare = this.#newHost();
  }

  #newHost(): HostProcess {
    const host = new HostProcess(() => {
      const owner = [...this.#owned].find(({ process }) => process === host);
      this.#events.emit('hostSilent', { user: owner?.account.split(' ', 1)[0] ?? '', pid: host.pid });
    });
    return host;
  }

  #track(work: Promise<void>): void {
    const done = work.finally(() => this.#work.delete(done));
    this.#work.add(done);
  }
}

/** The same for logins that may share a host: all that makes the process. */
const accountOf = ({ identity, session }: Grant): string =>
  `${identity.user} ${JSON.stringify([identity, session?.service])}`;

const loadOf = ({ process, waiting }: Owned): number => process.load + waiting;
const busyOf = ({ process, waiting }: Owned): number => process.starting + waiting;
