import type { Socket } from 'node:net';
import { type Departing, letGo } from '../base/index.ts';
import { connectionClosed, SessionError } from '../connection/index.ts';
import { LaunchError } from '../launch/index.ts';
import type { Job, Run, RunEvents } from '../run/index.ts';
import type { Bytes, Order, Report } from './host-protocol.ts';

/** What a host may take beyond the times that it goes by. */
const SPARE_SECONDS = 1;
/** Hosts that may end one after the other before one takes the run. */
const MOST_HOSTS = 3;

/** The host of a run. */
interface Place {
  readonly pid: number;
  say(order: Order): void;
  pass(order: Order, handle: Socket): void;
  bytes(id: string): Promise<Bytes | undefined>;
  /** Kills it; the command, a process group, is still to be ended. */
  abandon(command: number | undefined): void;
}

/**
 * A run in a host. Its connections stay open here, unread, until the host says that it has taken it; if the host ends
 * before, another one can have it. Reports that come out of order, or twice, change nothing.
 */
export class HostedRun implements Run {
  readonly id: string;
  readonly over: Promise<void>;
  readonly #order: Order;
  readonly #connection: Departing;
  readonly #stderrSocket: Departing | undefined;
  readonly #seconds: number;
  readonly #events: RunEvents;
  readonly #again: () => void;
  readonly #over = Promise.withResolvers<void>();
  #state: 'passing' | 'starting' | 'running' | 'closing' | 'over' = 'passing';
  #hosts = 0;
  #place: Place | undefined;
  #answered: () => void = () => {};
  #patience: NodeJS.Timeout | undefined;
  #command: number | undefined;
  readonly #said = new Set<Report['say']>(); // of what may come once while it is running

  /**
   * @param again finds another host
   * @throws SessionError `REXEC_PEER_VANISHED`
   */
  constructor(job: Job, events: RunEvents, again: () => void) {
    const { session: id, grant, command, early, address, options, carriesStderr = true } = job;
    const going = letGo(job.connection as Socket); // of a secure connection, the end that its reader made
    if (!going) throw connectionClosed();
    const { profile, requireHome, killSeconds, drainSeconds, idleSeconds } = options;
    this.id = id;
    this.over = this.#over.promise;
    this.#connection = going.departing;
    this.#stderrSocket = job.stderrSocket && letGo(job.stderrSocket)?.departing;
    this.#seconds = 2 * killSeconds + drainSeconds + SPARE_SECONDS;
    this.#events = events;
    this.#again = again;
    this.#order = {
      say: 'run',
      id,
      environment: grant.environment ?? {},
      command: command.toString('base64'),
      early: Buffer.concat([early, going.early]).toString('base64'),
      address,
      options: { profile, requireHome, killSeconds, drainSeconds, idleSeconds },
      channel: !this.#stderrSocket ? 'none' : carriesStderr ? 'stderr' : 'signals',
    };
  }

  /** Whether nothing more comes of it. */
  get done(): boolean {
    return this.#state === 'over';
  }

  get hostPid(): number | undefined {
    return this.#place?.pid;
  }

  /** @param answered called once: the command was started, or will not be */
  enter(place: Place, answered: () => void): void {
    this.#hosts += 1;
    this.#place = place;
    this.#answered = answered;
    if (this.#stderrSocket) place.pass({ say: 'stderrSocket', id: this.id }, this.#stderrSocket.handle);
    place.pass(this.#order, this.#connection.handle);
  }

  bytes(): Promise<Bytes | undefined> {
    return this.#place?.bytes(this.id) ?? Promise.resolve(undefined);
  }

  hangUp(): void {
    if (this.#patience || this.#state === 'over') return;
    this.#patience = setTimeout(() => this.#giveUp(), this.#seconds * 1000);
    this.#place?.say({ say: 'hangUp', id: this.id });
  }

  /** The peer is gone, and the host cannot see it. */
  peerGone(): void {
    if (this.#state !== 'over') this.#place?.say({ say: 'gone', id: this.id });
  }

  hear(report: Report): void {
    this.#taken();
    switch (report.say) {
      case 'taken':
        return;
      case 'started':
        return this.#started(report);
      case 'signaled':
        return this.#state === 'running' ? this.#events.signaled(report.signal) : undefined;
      case 'idle':
        return this.#isFirst(report) ? this.#idle() : undefined;
      case 'stuck':
        return this.#isFirst(report) ? this.#events.stuck(report.pid) : undefined;
      case 'ended':
        if (this.#state === 'running') this.#events.ended(report.status);
        return this.#close();
      case 'failed':
        return this.#failed(errorOf(report.code, report.cause));
      case 'over':
        return this.#end();
    }
  }

  /** The host has ended. */
  lost(cause: string): void {
    if (this.#state === 'passing' && this.#hosts < MOST_HOSTS && !this.#patience) {
      this.#place = undefined;
      this.#answered();
      this.#again();
    } else this.fail(new LaunchError(`host ended: ${cause}`));
  }

  /** Nothing more comes of it. */
  fail(error: unknown): void {
    if (this.#state !== 'closing') this.#failed(error);
    this.#end();
  }

  #taken(): void {
    if (this.#state !== 'passing') return;
    this.#state = 'starting';
    this.#letGo();
  }

  #letGo(): void {
    this.#connection.close();
    this.#stderrSocket?.close();
  }

  /** The host hangs up by itself; that it does is watched here. */
  #idle(): void {
    this.#events.idle();
    this.hangUp();
  }

  #isFirst({ say }: Report): boolean {
    if (this.#state !== 'running' || this.#said.has(say)) return false;
    this.#said.add(say);
    return true;
  }

  #started({ pid, directory, homeProblem }: Extract<Report, { say: 'started' }>): void {
    if (this.#state !== 'starting') return;
    this.#state = 'running';
    this.#command = pid;
    this.#answered();
    this.#events.started({ pid, directory, homeProblem });
  }

  #failed(error: unknown): void {
    if (this.#state === 'closing' || this.#state === 'over') return;
    this.#events.failed(error);
    this.#close();
  }

  #close(): void {
    if (this.#state === 'passing' || this.#state === 'starting') this.#answered();
    if (this.#state !== 'over') this.#state = 'closing';
  }

  #end(): void {
    this.#close();
    this.#state = 'over';
    this.#letGo();
    clearTimeout(this.#patience);
    this.#over.resolve();
  }

  /** A host that does not obey goes, with all of its user's sessions; if even that fails, the session goes without it. */
  #giveUp(): void {
    this.#place?.abandon(this.#command);
    this.#patience = setTimeout(() => this.lost('it cannot be ended'), SPARE_SECONDS * 1000);
  }
}

/** Only causes that a run can have; another one is the host's own fault. */
function errorOf(code: string, cause: string): Error {
  if (code === 'REXEC_PEER_VANISHED' || code === 'REXEC_NO_HOME' || code === 'REXEC_STOPPING')
    return new SessionError(code, cause);
  return new LaunchError(cause);
}
