import { reasonOf } from '../../base/index.ts';
import type { Events } from '../../events/index.ts';
import { addressAndPort } from '../../login/index.ts';
import { keepAlive, refusalFor, refuse, SessionError, stopping } from '../../run/index.ts';
import type { Settings } from '../../settings/index.ts';
import { Handshakes, type Ready, type SecureArrival } from '../tls/handshakes.ts';
import { AddressRules } from './address-rules.ts';
import { Admission } from './admission.ts';
import { DescriptorLimit, noDescriptors } from './descriptor-limit.ts';
import type { Arrival } from './listeners.ts';

/** Refused connections that may linger at the same time; further ones get their line and no time to finish sending. */
const MOST_REFUSALS = 256;

/** A connection that has a place until `leave` is called. `ms`: how long its TLS handshake took. */
export interface Admitted {
  readonly ready: Ready;
  readonly ms: number;
  readonly leave: () => void;
}

/** Admits connections: counts them, queues them while every place is taken, makes them secure, refuses the rest. */
export class Acceptor {
  readonly #events: Events;
  readonly #serve: (admitted: Admitted) => void;
  readonly #admission: Admission;
  readonly #descriptorLimit = new DescriptorLimit();
  readonly #handshakes: Handshakes;
  #addresses: AddressRules;
  readonly #waiting: Arrival[] = []; // accepted, not yet read: every place is taken
  #settings: Settings;
  #refusing = 0;

  constructor(settings: Settings, events: Events, serve: (admitted: Admitted) => void) {
    this.#settings = settings;
    this.#events = events;
    this.#serve = serve;
    this.#admission = new Admission(settings);
    this.#addresses = new AddressRules(settings);
    this.#handshakes = new Handshakes(events);
  }

  /** For those that come from now on; connections that are open stay. */
  set settings(settings: Settings) {
    this.#settings = settings;
    this.#admission.caps = settings;
    this.#addresses = new AddressRules(settings);
    for (const arrival of this.#waiting.splice(0)) if (!this.#denies(arrival)) this.#waiting.push(arrival);
    this.#admitWaiting();
  }

  /** What is accepted is answered, whatever there is too little of. */
  accept(arrival: Arrival): void {
    const { socket } = arrival;
    socket.on('error', () => {}); // for its whole life: a reset between two owners must not end the daemon
    if (socket.remoteAddress === undefined) return void socket.destroy(); // it left before it was accepted
    if (this.#denies(arrival)) return;
    const { overflow, backlog, keepAliveSeconds } = this.#settings;
    keepAlive(socket, keepAliveSeconds);
    const descriptors = this.#descriptorLimit.for(socket);
    if (descriptors !== 'enough') {
      this.#refuse(arrival, noDescriptors());
      if (descriptors === 'none') socket.destroy(); // the line is on its way
    } else if (overflow === 'queue' && this.#admission.full && this.#waiting.length < backlog)
      this.#waiting.push(arrival);
    else this.#admit(arrival);
  }

  /** Turns away a peer whose address is not served. */
  #denies(arrival: Arrival): boolean {
    const { remoteAddress = '', remotePort } = arrival.socket;
    const cause = this.#addresses.refusalOf(remoteAddress);
    if (cause === undefined) return false;
    this.#events.emit('addressDenied', { peer: `${remoteAddress}:${remotePort}`, cause });
    if (this.#settings.addressRefusal === 'close') arrival.socket.destroy();
    else this.#turnAway(arrival, new SessionError('REXEC_ADDRESS_DENIED', cause));
    return true;
  }

  /** Turns away who waits, and ends handshakes. */
  stop(): void {
    for (const arrival of this.#waiting.splice(0)) this.#turnAway(arrival, stopping());
    this.#handshakes.stop();
  }

  #admit(arrival: Arrival): void {
    const { remoteAddress = '' } = arrival.socket;
    let free: () => void;
    try {
      free = this.#admission.enter(remoteAddress);
    } catch (error) {
      return this.#refuse(arrival, error);
    }
    const leave = () => {
      free();
      this.#admitWaiting();
    };
    const { socket: connection, gate } = arrival;
    if (gate) this.#secure({ ...arrival, gate }, leave).catch((error) => this.#broken(error));
    else this.#serve({ ready: { connection, secured: undefined }, ms: 0, leave });
  }

  async #secure(arrival: SecureArrival, leave: () => void): Promise<void> {
    const begun = performance.now();
    const ready = await this.#handshakes.pass(arrival, this.#settings);
    if (ready) this.#serve({ ready, ms: performance.now() - begun, leave });
    else leave();
  }

  /** Those who waited come first, in their order; some may have left. */
  #admitWaiting(): void {
    while (this.#waiting.length > 0 && !this.#admission.full) {
      const arrival = this.#waiting.shift()!;
      if (!arrival.socket.destroyed) this.#admit(arrival);
    }
  }

  #refuse(arrival: Arrival, error: unknown): void {
    const { remoteAddress = '', remotePort = 0 } = arrival.socket;
    const peer = addressAndPort(remoteAddress, remotePort);
    this.#events.emit('connectionRefused', { peer, cause: reasonOf(error) });
    this.#turnAway(arrival, error);
  }

  #turnAway(arrival: Arrival, error: unknown): void {
    const few = this.#refusing < MOST_REFUSALS;
    this.#refusing += 1;
    this.#answer(arrival, error, few)
      .catch((defect) => this.#broken(defect))
      .finally(() => {
        this.#refusing -= 1;
      });
  }

  /** Nobody reads clear text where TLS is spoken: that takes a handshake, which a flood of peers does not get. */
  async #answer(arrival: Arrival, error: unknown, few: boolean): Promise<void> {
    const { socket, gate } = arrival;
    const secure =
      gate && few ? await this.#handshakes.pass({ ...arrival, gate }, this.#settings) : undefined;
    const connection = gate ? secure?.connection : socket;
    if (connection) await refuse(connection, refusalFor(error), few ? this.#settings.drainSeconds : 0);
    else socket.destroy();
  }

  #broken(error: Error): void {
    this.#events.emit('sessionBroken', { session: 'none', cause: error.stack ?? error.message });
  }
}
