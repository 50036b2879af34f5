import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { EventLog } from '../events/index.ts';
import { type Launcher, launcherNamed } from '../launch/index.ts';
import { type Authenticator, type LockedOut, Lockout, Login } from '../login/index.ts';
import { refusalFor, refuse, Session, SessionError, type SessionOptions } from '../orchestrator/index.ts';
import type { Settings } from '../settings/index.ts';
import { Admission } from './admission.ts';
import { Listener } from './listener.ts';
import type { LiveSession } from './live-session.ts';
import { Workers } from './workers.ts';

/** What a daemon is made of. */
export interface DaemonParts {
  readonly authenticator: Authenticator;
  readonly events: EventLog;
  /** How commands start; as the settings name it unless given. One that is given runs in this process alone. */
  readonly launcher?: Launcher;
  /** A listening socket to take over, from the service manager; host, port and backlog are its own then. */
  readonly descriptor?: number;
}

/** Refused connections that may linger at once; those beyond it get their line and no time to go on sending. */
const MOST_REFUSALS = 256;

/** Listens, admits, and runs a {@link Session} for each peer. */
export class Daemon {
  /** Who is locked out for guessing passwords. */
  readonly lockout: Lockout;
  readonly #events: EventLog;
  readonly #launcher: Launcher | undefined;
  readonly #descriptor: number | undefined;
  readonly #hasWorkers: boolean;
  readonly #admission: Admission;
  readonly #sessions = new Map<LiveSession, Promise<void>>();
  readonly #waiting: Socket[] = []; // accepted, not looked at: every place is taken
  #settings: Settings;
  #authenticator: Authenticator;
  #sessionOptions: SessionOptions | undefined; // from listen() on
  #listener: Listener;
  #workers: Workers | undefined;
  #port = 0;
  #refusing = 0;

  constructor(settings: Settings, { authenticator, events, launcher, descriptor }: DaemonParts) {
    this.lockout = new Lockout(settings);
    this.#settings = settings;
    this.#events = events;
    this.#launcher = launcher;
    this.#descriptor = descriptor;
    this.#hasWorkers = settings.workers > 1 && launcher === undefined;
    this.#authenticator = authenticator;
    this.#admission = new Admission(settings);
    this.#listener = this.#listenerFor(settings);
  }

  /**
   * Resolves with the address that is listened on. Rejects with the system's error, such as `EADDRINUSE`, or because
   * this system does not have the launcher.
   */
  async listen(): Promise<AddressInfo> {
    const { workers } = this.#settings;
    this.#sessionOptions = await this.#optionsFor(this.#settings, this.#authenticator);
    if (this.#hasWorkers) this.#workers = new Workers(workers, this.#settings, this.#events);
    try {
      const address = await this.#listener.listen(this.#descriptor);
      this.#port = address.port;
      return address;
    } catch (error) {
      await this.#workers?.end();
      throw error;
    }
  }

  /** Those that count for the next peer. */
  get settings(): Settings {
    return this.#settings;
  }

  /** The port that is listened on. */
  get port(): number {
    return this.#port;
  }

  /** Sessions that run now. */
  get sessions(): readonly LiveSession[] {
    return [...this.#sessions.keys()];
  }

  /**
   * Takes new settings for every peer that comes from now on; sessions that run keep theirs. Another address or port
   * is listened on before the old one is given up. Rejects, and nothing has changed, when that fails.
   *
   * @param authenticator another one; the one before ends when nobody needs it any more
   */
  async reload(settings: Settings, authenticator: Authenticator = this.#authenticator): Promise<void> {
    const options = await this.#optionsFor(settings, authenticator);
    const { host, port } = this.#settings;
    const moved = host !== settings.host || (port !== settings.port && this.#port !== settings.port);
    if (moved && this.#descriptor === undefined) {
      const next = this.#listenerFor(settings);
      this.#port = (await next.listen()).port;
      this.#listener.close();
      this.#listener = next;
    }
    if (authenticator !== this.#authenticator) void this.#authenticator.end?.();
    this.#authenticator = authenticator;
    this.#settings = settings;
    this.#admission.caps = settings;
    this.lockout.options = settings;
    this.#sessionOptions = options;
    if (this.#workers) this.#workers.settings = settings;
    this.#admitWaiting();
  }

  /**
   * Accepts no more, refuses peers without a command, lets running commands end for `stopSeconds`, then hangs them up.
   * Resolves when every session is over. `now` cuts the wait short.
   */
  async stop(now?: AbortSignal): Promise<void> {
    this.#events.emit('stopping', { sessions: this.#sessions.size });
    this.#listener.close();
    for (const socket of this.#waiting.splice(0)) void this.#turnAway(socket, stopping());
    for (const session of this.sessions) session.stop();
    const over = new AbortController();
    const ended = Promise.all(this.#sessions.values()).finally(() => over.abort());
    const patience = AbortSignal.any(now ? [over.signal, now] : [over.signal]);
    await delay(this.#settings.stopSeconds * 1000, undefined, { signal: patience }).catch(() => {});
    await Promise.all(this.sessions.map((session) => session.hangUp()));
    await ended;
    await this.#workers?.end();
    await this.#authenticator.end?.();
    this.#events.emit('stopped', {});
  }

  async #optionsFor(settings: Settings, authenticator: Authenticator): Promise<SessionOptions> {
    const launcher = this.#launcher ?? (await launcherNamed(settings.launcher));
    const onLockout = (lockedOut: LockedOut) => this.#events.emit('lockedOut', lockedOut);
    const { refusalSeconds, loginThreads } = settings;
    const { lockout } = this;
    const login = new Login(authenticator, { refusalSeconds, loginThreads, lockout, onLockout });
    return { ...settings, login, launcher, events: this.#events };
  }

  #listenerFor(settings: Settings): Listener {
    return new Listener(settings, this.#events, this.#hasWorkers, (socket) => this.#accept(socket));
  }

  #accept(socket: Socket): void {
    socket.on('error', () => {}); // for its whole life: a reset between two owners must not end the daemon
    if (socket.remoteAddress === undefined) return void socket.destroy(); // it left before it was accepted
    const { overflow, backlog } = this.#settings;
    if (overflow === 'queue' && this.#admission.full && this.#waiting.length < backlog)
      this.#waiting.push(socket);
    else this.#admit(socket);
  }

  #admit(socket: Socket): void {
    const { remoteAddress = '', remotePort } = socket;
    let leave: () => void;
    try {
      leave = this.#admission.enter(remoteAddress);
    } catch (error) {
      const peer = `${remoteAddress}:${remotePort}`;
      this.#events.emit('connectionRefused', { peer, cause: (error as Error).message });
      return void this.#turnAway(socket, error);
    }
    const options = this.#sessionOptions!;
    const session = this.#workers?.next?.session(socket, options) ?? new Session(socket, options);
    const run = session.run().finally(() => {
      this.#sessions.delete(session);
      leave();
      this.#admitWaiting();
    });
    this.#sessions.set(session, run);
  }

  /** Those who waited come first, in their order; some may have left. */
  #admitWaiting(): void {
    while (this.#waiting.length > 0 && !this.#admission.full) {
      const socket = this.#waiting.shift()!;
      if (!socket.destroyed) this.#admit(socket);
    }
  }

  async #turnAway(socket: Socket, error: unknown): Promise<void> {
    const drainSeconds = this.#refusing < MOST_REFUSALS ? this.#settings.drainSeconds : 0;
    this.#refusing += 1;
    await refuse(socket, refusalFor(error), drainSeconds);
    this.#refusing -= 1;
  }
}

const stopping = () => new SessionError('REXEC_STOPPING', 'the daemon stops');
