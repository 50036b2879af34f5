import type { ExitStatus } from '../../codec/index.ts';
import { type CommandEnd, type RunEvents, type Started, statusOfFailure } from '../run/index.ts';
import type { SessionOptions } from './options.ts';
import { reportFailure } from './report.ts';

/** Whose run it is, and of what; texts that may be shown. */
export interface RunSubject {
  /** What every event of the peer names. */
  readonly who: { readonly session: string; readonly peer: string; readonly user: string };
  readonly localUser: string;
  readonly home: string;
  readonly command: string;
}

/** Called by a record. */
export interface RunListeners {
  /** How the command ended. */
  ended(status: ExitStatus | undefined): void;
  /** The command has run for {@link SessionOptions.sessionSeconds}. */
  exceeded(): void;
}

/** What a run reports, as events. Its command may be another user's own: nothing of it is trusted to be in order. */
export class RunRecord implements RunEvents {
  readonly #subject: RunSubject;
  readonly #options: SessionOptions;
  readonly #listeners: RunListeners;
  #state: 'verifying' | 'running' | 'closing' = 'verifying';
  #pid: number | null = null;
  #startedAt = performance.now(); // before the command has started: when it was granted
  #limit: NodeJS.Timeout | undefined; // of the command

  constructor(subject: RunSubject, options: SessionOptions, listeners: RunListeners) {
    this.#subject = subject;
    this.#options = options;
    this.#listeners = listeners;
  }

  get state(): 'verifying' | 'running' | 'closing' {
    return this.#state;
  }

  /** Of the command; null until it was started. */
  get pid(): number | null {
    return this.#pid;
  }

  get localUser(): string {
    return this.#subject.localUser;
  }

  started({ pid, directory, homeProblem: cause }: Started): void {
    if (this.#state !== 'verifying') return;
    const { events, sessionSeconds } = this.#options;
    const { who, localUser, home, command } = this.#subject;
    this.#state = 'running';
    this.#pid = pid;
    const grantedAt = this.#startedAt;
    this.#startedAt = performance.now();
    const ms = Math.round(this.#startedAt - grantedAt);
    if (cause !== undefined)
      events.emit('homeUnusable', { session: who.session, user: localUser, home, directory, cause });
    events.emit('commandStarted', { ...who, localUser, command, pid, ms });
    if (sessionSeconds > 0) this.#limit = setTimeout(() => this.#exceeded(), sessionSeconds * 1000);
  }

  signaled(signal: number): void {
    this.#options.events.emit('signalForwarded', { session: this.#subject.who.session, signal });
  }

  idle(): void {
    const { events, idleSeconds: seconds } = this.#options;
    events.emit('limitReached', { ...this.#subject.who, limit: 'limits.idleSeconds', seconds });
  }

  stuck(pid: number): void {
    const { who, localUser: user } = this.#subject;
    this.#options.events.emit('commandStuck', { session: who.session, user, pid });
  }

  ended({ fullCode, ...status }: CommandEnd): void {
    this.#listeners.ended(status);
    if (this.#state !== 'running' || this.#pid === null) return;
    this.#state = 'closing';
    this.#options.events.emit('commandEnded', {
      session: this.#subject.who.session,
      pid: this.#pid,
      status: status.type === 'exited' ? (fullCode ?? status.code) : status.signal,
      ms: Math.round(performance.now() - this.#startedAt),
    });
  }

  failed(error: unknown): void {
    const started = this.#state === 'running';
    this.#state = 'closing';
    this.#listeners.ended(started ? undefined : statusOfFailure(error));
    reportFailure(this.#options.events, { ...this.#subject.who, silent: false, started }, error);
  }

  /** Nothing more is to be reported. */
  close(): void {
    clearTimeout(this.#limit);
  }

  #exceeded(): void {
    const { events, sessionSeconds: seconds } = this.#options;
    events.emit('limitReached', { ...this.#subject.who, limit: 'limits.sessionSeconds', seconds });
    this.#listeners.exceeded();
  }
}
