import { LaunchError } from '../launch/index.ts';
import { type Run, type RunEvents, type RunOptions, SessionError } from '../run/index.ts';
import type { Bytes, Order, Report } from './host-protocol.ts';

/** What a host may take beyond the times that it goes by. */
const SPARE_SECONDS = 1;

/** The host of a run. */
interface Place {
  say(order: Order): void;
  bytes(id: string): Promise<Bytes | undefined>;
  /** Kills it; the command, a process group, is still to be ended. */
  abandon(command: number | undefined): void;
}

/** A run in a host. Reports that come out of order, or twice, change nothing. */
export class HostedRun implements Run {
  readonly over: Promise<void>;
  readonly #id: string;
  readonly #options: RunOptions;
  readonly #events: RunEvents;
  readonly #place: Place;
  readonly #answered: () => void;
  readonly #over = Promise.withResolvers<void>();
  #state: 'starting' | 'running' | 'closing' | 'over' = 'starting';
  #patience: NodeJS.Timeout | undefined;
  #command: number | undefined;

  /** @param answered called once: the command was started, or will not be */
  constructor(id: string, options: RunOptions, events: RunEvents, place: Place, answered: () => void) {
    this.#id = id;
    this.#options = options;
    this.#events = events;
    this.#place = place;
    this.#answered = answered;
    this.over = this.#over.promise;
  }

  bytes(): Promise<Bytes | undefined> {
    return this.#place.bytes(this.#id);
  }

  hangUp(): void {
    if (this.#patience || this.#state === 'over') return;
    const { killSeconds, drainSeconds } = this.#options;
    const seconds = 2 * killSeconds + drainSeconds + SPARE_SECONDS;
    this.#patience = setTimeout(() => this.#giveUp(), seconds * 1000);
    this.#place.say({ say: 'hangUp', id: this.#id });
  }

  /** The peer is gone, and the host cannot see it. */
  peerGone(): void {
    this.#place.say({ say: 'gone', id: this.#id });
  }

  hear(report: Report): void {
    switch (report.say) {
      case 'started':
        return this.#started(report);
      case 'signaled':
        return this.#state === 'running' ? this.#events.signaled(report.signal) : undefined;
      case 'idle':
        return this.#idle();
      case 'stuck':
        return this.#state === 'running' ? this.#events.stuck(report.pid) : undefined;
      case 'ended':
        if (this.#state === 'running') this.#events.ended(report.status);
        return this.#close();
      case 'failed':
        return this.#failed(report.code, report.cause);
      case 'over':
        return this.#end();
    }
  }

  /** The host has ended. */
  lost(cause: string): void {
    if (this.#state !== 'closing') this.#failed('', `host ended: ${cause}`);
    this.#end();
  }

  /** The host hangs up by itself; that it does is watched here. */
  #idle(): void {
    if (this.#state !== 'running') return;
    this.#events.idle();
    this.hangUp();
  }

  #started({ pid, directory, homeProblem }: Extract<Report, { say: 'started' }>): void {
    if (this.#state !== 'starting') return;
    this.#state = 'running';
    this.#command = pid;
    this.#answered();
    this.#events.started({ pid, directory, homeProblem });
  }

  #failed(code: string, cause: string): void {
    if (this.#state !== 'starting' && this.#state !== 'running') return;
    this.#events.failed(errorOf(code, cause));
    this.#close();
  }

  #close(): void {
    if (this.#state === 'starting') this.#answered();
    if (this.#state !== 'over') this.#state = 'closing';
  }

  #end(): void {
    this.#close();
    this.#state = 'over';
    clearTimeout(this.#patience);
    this.#over.resolve();
  }

  /** A host that does not obey goes, with all of its user's sessions; if even that fails, the session goes without it. */
  #giveUp(): void {
    this.#place.abandon(this.#command);
    this.#patience = setTimeout(() => this.lost('it cannot be ended'), SPARE_SECONDS * 1000);
  }
}

/** Only causes that a run can have; another one is the host's own fault. */
function errorOf(code: string, cause: string): Error {
  if (code === 'REXEC_PEER_VANISHED' || code === 'REXEC_NO_HOME' || code === 'REXEC_STOPPING')
    return new SessionError(code, cause);
  return new LaunchError(cause);
}
