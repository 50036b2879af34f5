import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Events } from '../events/index.ts';
import { type Authenticator, Lockout } from '../login/index.ts';
import { Session, type SessionOptions } from '../orchestrator/index.ts';
import type { Settings } from '../settings/index.ts';
import { Acceptor } from './accept/acceptor.ts';
import type { ListenAhead } from './accept/listener.ts';
import { type Addresses, type Arrival, type ListenAddress, Listeners } from './accept/listeners.ts';
import type { DaemonParts } from './parts.ts';
import { type Places, placesFor } from './places.ts';
import { sessionOptions } from './session-options.ts';
import { Sharing } from './sharing.ts';
import { type DaemonState, sessionsByState } from './state.ts';
import { type TlsMaterial, tlsMaterial } from './tls-material.ts';

/** Listens, admits, and runs a {@link Session} for each peer. */
export class Daemon {
  /** Who is locked out for guessing passwords. */
  readonly lockout: Lockout;
  /** The same, and what it shares with other daemons. */
  readonly sharing: Sharing;
  readonly #events: Events;
  readonly #places: Places;
  #tls: TlsMaterial | undefined;
  readonly #acceptor: Acceptor;
  readonly #sessions = new Map<Session, Promise<void>>();
  readonly #listeners: Listeners;
  #settings: Settings;
  #authenticator: Authenticator;
  #sessionOptions: SessionOptions | undefined; // from listen() on
  readonly #listenAhead: ListenAhead | undefined;
  #isStopping = false;

  constructor(settings: Settings, parts: DaemonParts) {
    const { authenticator, events, handler, descriptor, listenAhead } = parts;
    this.#listenAhead = listenAhead;
    this.lockout = new Lockout(settings);
    this.sharing = new Sharing(this.lockout, events);
    this.#settings = settings;
    this.#events = events;
    this.#authenticator = authenticator;
    const penalize = (address: string) => this.#acceptor.penalize(address);
    this.#places = placesFor(settings, events, penalize, handler);
    this.#acceptor = new Acceptor(
      settings,
      { events, front: this.#places.front, sharing: this.sharing },
      (arrival, leave) => this.#serve(arrival, leave),
    );
    this.#listeners = new Listeners(events, (arrival) => this.#acceptor.accept(arrival), descriptor);
  }

  /**
   * Resolves with the address of the clear-text listener, else of the TLS listener. Rejects with the system's error,
   * such as `EADDRINUSE`.
   */
  async listen(): Promise<AddressInfo> {
    const settings = this.#settings;
    this.#tls = await tlsMaterial(settings);
    const share = await this.sharing.prepare(settings);
    this.#sessionOptions = await this.#optionsFor(settings, this.#authenticator);
    await this.#places.front.set(this.#tls, settings);
    share();
    try {
      await this.#listeners.open(settings, this.#tls, this.#listenAhead);
      const { plain, tls } = this.addresses;
      return (plain ?? tls)!;
    } catch (error) {
      this.sharing.end();
      await this.#places.end();
      throw error;
    }
  }

  /** Those that count for the next peer. */
  get settings(): Settings {
    return this.#settings;
  }

  /** The port of the clear-text listener, else of the TLS listener; while it stops, the one it had. */
  get port(): number {
    return this.#listeners.port;
  }

  /** What it is doing now. */
  get state(): DaemonState {
    return {
      isStopping: this.#isStopping,
      port: this.port,
      addresses: this.allAddresses,
      sessions: sessionsByState(this.#sessions.keys()),
      waiting: this.#acceptor.waiting,
      busiest: this.#acceptor.busiest,
      hosts: this.#places.hosts,
      certificateEnds: this.#tls?.validTo,
      lockouts: this.lockout.list(),
      isSharing: this.sharing.isUp,
      isRefusing: this.sharing.isRefusing,
    };
  }

  /** Where clear text is served to other machines, if anywhere. */
  get exposed(): AddressInfo | undefined {
    return this.#listeners.exposed;
  }

  /** What is listened on. */
  get addresses(): Addresses {
    return this.#listeners.addresses;
  }

  /** Every address that is listened on, in clear text or TLS: a name may have several. */
  get allAddresses(): readonly ListenAddress[] {
    return this.#listeners.all;
  }

  /** Sessions that run now. */
  get sessions(): readonly Session[] {
    return [...this.#sessions.keys()];
  }

  /** Ends a session by its id; false if there is none. */
  hangUp(id: string): boolean {
    const session = this.sessions.find((each) => each.id === id);
    session?.hangUp().catch((error) => this.#broken(error, id));
    return session !== undefined;
  }

  /**
   * Takes new settings for every peer that comes from now on; sessions that run keep theirs. Another address or port
   * is listened on before the old one is given up. Rejects, and nothing has changed, when that fails.
   *
   * @param authenticator another one; the one before ends when nobody needs it any more
   */
  async reload(settings: Settings, authenticator: Authenticator = this.#authenticator): Promise<void> {
    const options = await this.#optionsFor(settings, authenticator);
    const tls = await tlsMaterial(settings);
    const share = await this.sharing.prepare(settings);
    await this.#places.front.set(tls, settings); // before a new listener can accept
    try {
      await this.#listeners.open(settings, tls);
    } catch (error) {
      await this.#places.front.set(this.#tls, this.#settings);
      throw error;
    }
    this.#tls = tls;
    if (authenticator !== this.#authenticator)
      this.#authenticator.end?.().catch((error) => this.#broken(error));
    this.#authenticator = authenticator;
    this.#settings = settings;
    this.lockout.options = settings;
    share();
    this.#sessionOptions = options;
    this.#places.take(settings);
    this.#acceptor.settings = settings;
  }

  /**
   * Accepts no more, refuses peers without a command, lets running commands end for `stopSeconds`, then hangs them up.
   * Resolves when every session has ended. `now` cuts the wait short.
   */
  async stop(now?: AbortSignal): Promise<void> {
    this.#isStopping = true;
    this.#listeners.close();
    this.#events.emit('stopping', { sessions: this.#sessions.size });
    this.#acceptor.stop();
    for (const session of this.sessions) session.stop();
    const over = new AbortController();
    const ended = Promise.all(this.#sessions.values()).finally(() => over.abort());
    const patience = AbortSignal.any(now ? [over.signal, now] : [over.signal]);
    await delay(this.#settings.stopSeconds * 1000, undefined, { signal: patience }).catch(() => {});
    await Promise.all(this.sessions.map((session) => session.hangUp()));
    await ended;
    await this.#places.end();
    await this.#authenticator.end?.();
    this.sharing.end();
    this.#events.emit('stopped', {});
  }

  #optionsFor(settings: Settings, authenticator: Authenticator): Promise<SessionOptions> {
    const { front } = this.#places;
    const parts = { lockout: this.sharing, front, runner: this.#places.runner(settings) };
    return sessionOptions(settings, { ...parts, authenticator, events: this.#events });
  }

  #serve(arrival: Arrival, leave: () => void): void {
    const session = new Session(arrival, this.#sessionOptions!);
    const run = session
      .run()
      .catch((error) => this.#broken(error, session.id))
      .finally(() => {
        this.#sessions.delete(session);
        leave();
      });
    this.#sessions.set(session, run);
  }

  #broken(error: Error, session = 'none'): void {
    this.#events.emit('sessionBroken', { session, cause: error.stack ?? error.message });
  }
}
