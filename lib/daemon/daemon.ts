import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { EventLog } from '../events/index.ts';
import { type Handler, handlerLauncher, type Launcher, launcherNamed } from '../launch/index.ts';
import { type Authenticator, certificateLogin, type LockedOut, Lockout, Login } from '../login/index.ts';
import { refusalFor, refuse, Session, SessionError, type SessionOptions } from '../orchestrator/index.ts';
import type { Settings } from '../settings/index.ts';
import { Admission } from './admission.ts';
import { type Addresses, type Arrival, Entrances } from './entrances.ts';
import { Handshakes, type Ready, type SecureArrival } from './handshakes.ts';

/** What a daemon is made of. */
export interface DaemonParts {
  readonly authenticator: Authenticator;
  readonly events: EventLog;
  /** How commands start; as the settings name it unless given. */
  readonly launcher?: Launcher;
  /** What runs in this process in place of commands. */
  readonly handler?: Handler;
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
  readonly #handler: Handler | undefined;
  readonly #admission: Admission;
  readonly #sessions = new Map<Session, Promise<void>>();
  readonly #waiting: Arrival[] = []; // accepted, not looked at: every place is taken
  readonly #handshakes: Handshakes;
  readonly #entrances: Entrances;
  #settings: Settings;
  #authenticator: Authenticator;
  #sessionOptions: SessionOptions | undefined; // from listen() on
  #refusing = 0;

  constructor(settings: Settings, { authenticator, events, launcher, handler, descriptor }: DaemonParts) {
    this.lockout = new Lockout(settings);
    this.#settings = settings;
    this.#events = events;
    this.#handler = handler;
    this.#launcher = handler ? handlerLauncher(handler) : launcher;
    this.#authenticator = authenticator;
    this.#admission = new Admission(settings);
    this.#handshakes = new Handshakes(events);
    this.#entrances = new Entrances(events, (arrival) => this.#accept(arrival), descriptor);
  }

  /**
   * Resolves with the address that is listened on, in clear text if there is such a one. Rejects with the system's error, such as `EADDRINUSE`, or because
   * this system does not have the launcher.
   */
  async listen(): Promise<AddressInfo> {
    this.#sessionOptions = await this.#optionsFor(this.#settings, this.#authenticator);
    await this.#entrances.open(this.#settings);
    return this.#address;
  }

  /** Those that count for the next peer. */
  get settings(): Settings {
    return this.#settings;
  }

  /** The port that is listened on, in clear text if there is such a one. */
  get port(): number {
    return this.#address.port;
  }

  /** What is listened on. */
  get addresses(): Addresses {
    return this.#entrances.addresses;
  }

  get #address(): AddressInfo {
    const { plain, tls } = this.addresses;
    return (plain ?? tls)!;
  }

  /** Sessions that run now. */
  get sessions(): readonly Session[] {
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
    await this.#entrances.open(settings);
    if (authenticator !== this.#authenticator) void this.#authenticator.end?.();
    this.#authenticator = authenticator;
    this.#settings = settings;
    this.#admission.caps = settings;
    this.lockout.options = settings;
    this.#sessionOptions = options;
    this.#admitWaiting();
  }

  /**
   * Accepts no more, refuses peers without a command, lets running commands end for `stopSeconds`, then hangs them up.
   * Resolves when every session is over. `now` cuts the wait short.
   */
  async stop(now?: AbortSignal): Promise<void> {
    this.#events.emit('stopping', { sessions: this.#sessions.size });
    this.#entrances.close();
    for (const arrival of this.#waiting.splice(0)) void this.#turnAway(arrival, stopping());
    this.#handshakes.stop();
    for (const session of this.sessions) session.stop();
    const over = new AbortController();
    const ended = Promise.all(this.#sessions.values()).finally(() => over.abort());
    const patience = AbortSignal.any(now ? [over.signal, now] : [over.signal]);
    await delay(this.#settings.stopSeconds * 1000, undefined, { signal: patience }).catch(() => {});
    await Promise.all(this.sessions.map((session) => session.hangUp()));
    await ended;
    await this.#authenticator.end?.();
    this.#events.emit('stopped', {});
  }

  async #optionsFor(settings: Settings, authenticator: Authenticator): Promise<SessionOptions> {
    const launcher = this.#launcher ?? (await launcherNamed(settings.launcher));
    const onLockout = (lockedOut: LockedOut) => this.#events.emit('lockedOut', lockedOut);
    const { refusalSeconds, loginThreads } = settings;
    const { lockout } = this;
    const authenticators = await certificateLogin(authenticator, settings);
    const login = new Login(authenticators, { refusalSeconds, loginThreads, lockout, onLockout });
    const bare = this.#handler !== undefined;
    const stdio = bare ? 'relay' : settings.stdio; // a function reads and writes streams
    return { ...settings, stdio, bare, login, launcher, events: this.#events };
  }

  #accept(arrival: Arrival): void {
    const { socket } = arrival;
    socket.on('error', () => {}); // for its whole life: a reset between two owners must not end the daemon
    if (socket.remoteAddress === undefined) return void socket.destroy(); // it left before it was accepted
    const { overflow, backlog } = this.#settings;
    if (overflow === 'queue' && this.#admission.full && this.#waiting.length < backlog)
      this.#waiting.push(arrival);
    else this.#admit(arrival);
  }

  #admit(arrival: Arrival): void {
    const { remoteAddress = '', remotePort } = arrival.socket;
    let leave: () => void;
    try {
      leave = this.#admission.enter(remoteAddress);
    } catch (error) {
      const peer = `${remoteAddress}:${remotePort}`;
      this.#events.emit('connectionRefused', { peer, cause: (error as Error).message });
      return void this.#turnAway(arrival, error);
    }
    const left = () => {
      leave();
      this.#admitWaiting();
    };
    const { socket: connection, gate } = arrival;
    if (gate) void this.#secure({ ...arrival, gate }, left);
    else this.#serve({ connection, secured: undefined }, this.#sessionOptions!, left);
  }

  /** The handshake is a part of the request: it counts in the caps, and its time is taken off the deadline. */
  async #secure(arrival: SecureArrival, left: () => void): Promise<void> {
    const begun = performance.now();
    const options = this.#sessionOptions!;
    const ready = await this.#handshakes.pass(arrival, this.#settings.tlsConnectBack);
    if (!ready) return left();
    const seconds = Math.ceil(options.requestSeconds * 1000 - performance.now() + begun) / 1000;
    this.#serve(ready, { ...options, requestSeconds: Math.max(seconds, 0) }, left);
  }

  #serve({ connection, secured }: Ready, options: SessionOptions, left: () => void): void {
    const session = new Session(connection, options, secured);
    const run = session.run().finally(() => {
      this.#sessions.delete(session);
      left();
    });
    this.#sessions.set(session, run);
  }

  /** Those who waited come first, in their order; some may have left. */
  #admitWaiting(): void {
    while (this.#waiting.length > 0 && !this.#admission.full) {
      const arrival = this.#waiting.shift()!;
      if (!arrival.socket.destroyed) this.#admit(arrival);
    }
  }

  /** Nobody reads clear text where TLS is spoken: that takes a handshake, which a flood of peers does not get. */
  async #turnAway({ socket, gate }: Arrival, error: unknown): Promise<void> {
    const few = this.#refusing < MOST_REFUSALS;
    this.#refusing += 1;
    const connection = !gate
      ? socket
      : few
        ? (await this.#handshakes.pass({ socket, gate }, false))?.connection
        : undefined;
    if (connection) await refuse(connection, refusalFor(error), few ? this.#settings.drainSeconds : 0);
    else socket.destroy();
    this.#refusing -= 1;
  }
}

const stopping = () => new SessionError('REXEC_STOPPING', 'the daemon stops');
