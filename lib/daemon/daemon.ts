import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { EventLog } from '../events/index.ts';
import { execaLauncher, type Launcher } from '../launch/index.ts';
import { type Authenticator, type LockedOut, type Lockout, Login } from '../login/index.ts';
import { refusalFor, refuse, Session, type SessionOptions } from '../orchestrator/index.ts';
import type { Settings } from '../settings/index.ts';
import { Admission } from './admission.ts';

/** What a daemon is made of. */
export interface DaemonParts {
  readonly authenticator: Authenticator;
  readonly events: EventLog;
  /** How commands start; execa unless given. */
  readonly launcher?: Launcher;
}

/** Refused connections that may linger at once; those beyond it get their line and no time to go on sending. */
const MOST_REFUSALS = 256;

/** Nothing is read before a session asks for it, and then one chunk at a time: a peer parks at most that here. */
const SOCKETS = {
  allowHalfOpen: true,
  noDelay: true,
  keepAlive: true, // a peer that is cut off is noticed, after a minute of silence and the system's probes
  keepAliveInitialDelay: 60_000,
  highWaterMark: 1,
} as const;

/** Listens, admits, and runs a {@link Session} for each peer. */
export class Daemon {
  readonly #settings: Settings;
  readonly #events: EventLog;
  readonly #sessionOptions: SessionOptions;
  readonly #login: Login;
  readonly #admission: Admission;
  readonly #sessions = new Map<Session, Promise<void>>();
  readonly #server = createServer(SOCKETS);
  #refusing = 0;

  constructor(settings: Settings, { authenticator, events, launcher = execaLauncher }: DaemonParts) {
    this.#settings = settings;
    this.#events = events;
    this.#admission = new Admission(settings);
    const onLockout = (lockedOut: LockedOut) => events.emit('lockedOut', lockedOut);
    this.#login = new Login(authenticator, { ...settings, onLockout });
    this.#sessionOptions = { ...settings, login: this.#login, launcher, events };
    this.#server.on('connection', (socket) => this.#accept(socket));
  }

  /** Resolves with the address that is listened on. Rejects with the system's error, such as `EADDRINUSE`. */
  async listen(): Promise<AddressInfo> {
    const { host, port, backlog } = this.#settings;
    try {
      this.#server.listen({ host, port, backlog });
      await once(this.#server, 'listening');
    } catch (error) {
      this.#events.emit('listenFailed', { address: host, port, cause: (error as Error).message });
      throw error;
    }
    this.#server.on('error', (error) => this.#events.emit('acceptFailed', { cause: error.message }));
    const address = this.#server.address() as AddressInfo;
    this.#events.emit('listening', { address: address.address, port: address.port });
    return address;
  }

  /** Who is locked out for guessing passwords. */
  get lockout(): Lockout {
    return this.#login.lockout;
  }

  /** Sessions that run now. */
  get sessions(): readonly Session[] {
    return [...this.#sessions.keys()];
  }

  /**
   * Accepts no more, refuses peers without a command, lets running commands end for `stopSeconds`, then hangs them up.
   * Resolves when every session is over. `now` cuts the wait short.
   */
  async stop(now?: AbortSignal): Promise<void> {
    this.#events.emit('stopping', { sessions: this.#sessions.size });
    this.#server.close();
    for (const session of this.sessions) session.stop();
    const over = new AbortController();
    const ended = Promise.all(this.#sessions.values()).finally(() => over.abort());
    const patience = AbortSignal.any(now ? [over.signal, now] : [over.signal]);
    await delay(this.#settings.stopSeconds * 1000, undefined, { signal: patience }).catch(() => {});
    await Promise.all(this.sessions.map((session) => session.hangUp()));
    await ended;
    this.#login.end();
    this.#events.emit('stopped', {});
  }

  #accept(socket: Socket): void {
    socket.on('error', () => {}); // for its whole life: a reset between two owners must not end the daemon
    const { remoteAddress, remotePort } = socket;
    if (remoteAddress === undefined) return void socket.destroy(); // it left before it was accepted
    let leave: () => void;
    try {
      leave = this.#admission.enter(remoteAddress);
    } catch (error) {
      this.#events.emit('connectionRefused', {
        peer: `${remoteAddress}:${remotePort}`,
        cause: (error as Error).message,
      });
      return void this.#turnAway(socket, error);
    }
    const session = new Session(socket, this.#sessionOptions);
    const run = session.run().finally(() => {
      this.#sessions.delete(session);
      leave();
    });
    this.#sessions.set(session, run);
  }

  async #turnAway(socket: Socket, error: unknown): Promise<void> {
    const drainSeconds = this.#refusing < MOST_REFUSALS ? this.#settings.drainSeconds : 0;
    this.#refusing += 1;
    await refuse(socket, refusalFor(error), drainSeconds);
    this.#refusing -= 1;
  }
}
