import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { Child, lent, letGo, reasonOf, type Secret } from '../base/index.ts';
import { SessionError } from '../connection/index.ts';
import type { VisitOptions } from '../receive/index.ts';
import { ERRANDS, type Errand, Errands, type Outcome } from './errands.ts';
import { Kept } from './kept.ts';
import type { Reader } from './reader.ts';
import { ANSWERS, type Order, type QUESTIONS, REPORTS, type Report, systemClock } from './reader-protocol.ts';
import { RemoteVisit } from './remote-visit.ts';
import { SignsOfLife } from './signs-of-life.ts';

/** Time to close a connection, beyond what the settings give it. */
const SPARE_SECONDS = 10;

/** What a Node has open by itself, and for orders on their way. */
const OWN_DESCRIPTORS = 48;
/** Of one connection: a visit by TLS has as many. */
const MOST_DESCRIPTORS = 3;

type Line = Child<typeof QUESTIONS, typeof ANSWERS, typeof REPORTS>;

export interface ReaderProcessOptions {
  /** @throws Error if the system has no process or descriptor left for it */
  start(): ChildProcess;
  /** How many it may have open. One that it has no room for never reaches it, and Node says nothing. */
  readonly descriptors: number;
  /** Milliseconds until it is started. What is given to it before waits. */
  readonly wait: number;
  /** It broke the rules about a visit; it is killed. */
  misbehaved(address: string, cause: string): void;
  /** It has ended, or could not be started. `addresses` were sending a request. */
  ended(cause: string, addresses: readonly string[]): void;
  /** Refuses a peer that it has let go. Resolves when the connection is closed. */
  turnAway(socket: Socket, line: string | null): Promise<void>;
}

/** A reader as rexecd sees it, with the visits that it reads. */
export class ReaderProcess implements Reader {
  readonly turnAway: Reader['turnAway'];
  readonly #options: ReaderProcessOptions;
  readonly #visits = new Map<string, RemoteVisit>();
  readonly #errands = new Errands();
  readonly #kept = new Kept((id) => this.say({ say: 'forget', id }));
  readonly #started = Promise.withResolvers<void>();
  readonly #gone = Promise.withResolvers<void>();
  readonly #timer: NodeJS.Timeout | undefined;
  #child: Line | undefined; // once it was started
  #waiting: ((child: Line) => void)[] = []; // what it is to be given then
  #ended = false;
  #cause = '';
  readonly #alive = new SignsOfLife(
    (seconds) => this.#child!.ask({ say: 'alive' }, seconds), // it was given something
    (cause) => this.#child?.kill(cause),
  );
  #held = 0; // descriptors of visits

  constructor(options: ReaderProcessOptions) {
    this.#options = options;
    this.turnAway = options.turnAway;
    if (options.wait > 0) this.#timer = setTimeout(() => this.#start(), options.wait);
    else this.#start();
  }

  /** 0 unless it was started. */
  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Resolves when it has started, or will not. */
  get started(): Promise<void> {
    return this.#started.promise;
  }

  /** Why it has ended; empty before. */
  get cause(): string {
    return this.#cause;
  }

  /** Whether it can be given connections: it may have to be started first. */
  get usable(): boolean {
    return !this.#ended && (this.#child?.usable ?? true);
  }

  /** Whether it has to be started first. */
  get waits(): boolean {
    return !this.#child;
  }

  visit(id: string, socket: Socket, secure: boolean, options: VisitOptions): RemoteVisit {
    const visit = new RemoteVisit(id, socket, secure, options, this);
    this.#visits.set(id, visit);
    this.#held += visit.descriptors;
    this.#entrust({ say: 'visit', id, secure, since: systemClock() }, socket, () => {
      this.#forget(id, visit);
      visit.lost(new SessionError('REXEC_BUSY', 'the reader has no descriptor left, or the peer has left'));
    });
    return visit;
  }

  /** Has it do something with a connection, which it keeps if that is unwrapped then. @returns undefined if it cannot */
  async run<E extends Errand>(order: E, socket: Socket, seconds: number): Promise<Outcome<E> | undefined> {
    const met = this.expect(ERRANDS[order.say].expects, seconds + SPARE_SECONDS);
    const report = await this.#errands.run(order, (lost) => this.#entrust(order, socket, lost));
    met();
    if (report?.say === 'unwrapped') this.#kept.add(order.id, socket);
    return report as Outcome<E> | undefined;
  }

  say(order: Order): void {
    this.#do((child) => child.say(order));
  }

  give(order: Order, socket: Socket): void {
    this.#do((child) => {
      const going = letGo(socket);
      if (going) child.pass(order, going.departing.handle, going.departing.close);
    });
  }

  expect(what: string, seconds: number): () => void {
    let late: NodeJS.Timeout | undefined;
    let met = false;
    const begin = () => {
      if (met || this.#ended) return;
      late = setTimeout(() => this.#child?.kill(`no ${what} within ${seconds} s`), seconds * 1000);
    };
    this.#started.promise.then(begin).catch(() => {}); // it never rejects
    return () => {
      met = true;
      clearTimeout(late);
    };
  }

  async end(): Promise<void> {
    if (this.#child) await this.#child.end();
    else this.#lost('not started');
    await this.#gone.promise;
  }

  #start(): void {
    const { start } = this.#options;
    try {
      const child: Line = new Child({
        start,
        answers: ANSWERS,
        reports: REPORTS,
        hear: (report, secret) => this.#hear(child, report, secret),
      });
      this.#child = child;
      child.started.then(() => this.#started.resolve()).catch(() => {}); // it never rejects
      child.gone.then((cause) => this.#lost(cause)).catch(() => {}); // nor does this
      for (const give of this.#waiting.splice(0)) give(child);
    } catch (error) {
      setImmediate(() => this.#lost(`cannot start: ${reasonOf(error)}`));
    }
  }

  #do(give: (child: Line) => void): void {
    if (this.#child) give(this.#child);
    else if (!this.#ended) this.#waiting.push(give);
  }

  /**
   * Sends a duplicate of a connection, which stays open here, unless it has kept one. Calls `lost` if that is gone with it,
   * if the connection is closed, or if there is no room for it.
   */
  #entrust(order: Errand | Extract<Order, { say: 'visit' }>, socket: Socket, lost: () => void): void {
    if (this.#ended) return lost();
    const kept = this.#kept.take(socket);
    this.#do((child) => {
      if (kept !== undefined && order.say !== 'unwrap') this.say({ ...order, kept });
      else {
        const handle = lent(socket);
        const others = this.#kept.size + this.#errands.size;
        const needed = this.#held + others * MOST_DESCRIPTORS + OWN_DESCRIPTORS;
        if (!handle || needed > this.#options.descriptors) return lost();
        child.pass(order, handle);
      }
      this.#alive.expect();
    });
  }

  /** SECURITY: it may have been taken over: whatever a visit does not expect ends it. */
  #hear(child: Line, report: Report, secret: Secret): void {
    const { id, say } = report;
    if (secret.length === 0 && this.#errands.hear(report)) return;
    const visit = this.#visits.get(id);
    const { state } = visit ?? {};
    if (!visit?.hear(report, secret)) {
      secret.wipe();
      const cause = visit ? `"${say}" in a session that is ${state}` : `"${say}" about no session`;
      this.#options.misbehaved(visit?.address ?? '', cause);
      return child.kill(cause);
    }
    if (visit.state === 'over') this.#forget(id, visit);
  }

  #forget(id: string, { descriptors }: RemoteVisit): void {
    if (this.#visits.delete(id)) this.#held -= descriptors;
  }

  #lost(cause: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cause = cause;
    clearTimeout(this.#timer);
    this.#waiting = [];
    const visits = [...this.#visits.values()];
    this.#visits.clear();
    this.#kept.lost();
    const addresses = visits.filter(({ receiving }) => receiving).map(({ address }) => address);
    for (const visit of visits) visit.lost(new SessionError('REXEC_BUSY', `the reader ended: ${cause}`));
    this.#errands.lost();
    this.#started.resolve();
    this.#gone.resolve();
    this.#options.ended(cause, [...new Set(addresses)]);
  }
}
