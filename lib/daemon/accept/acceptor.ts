import { reasonOf } from '../../base/index.ts';
import { keepAlive, refusalFor, refuseUnread, SessionError, stopping } from '../../connection/index.ts';
import type { Events } from '../../events/index.ts';
import { addressAndPort } from '../../login/index.ts';
import type { Front } from '../../receive/index.ts';
import { keyOf, type Settings } from '../../settings/index.ts';
import type { Sharing } from '../sharing.ts';
import { AddressRules } from './address-rules.ts';
import { Admission } from './admission.ts';
import { DescriptorLimit, noDescriptors } from './descriptor-limit.ts';
import type { Arrival } from './listeners.ts';
import { Penalties } from './penalties.ts';
import { Proxies } from './proxies.ts';

type SharedCeiling = NonNullable<Sharing['ceiling']>;

/** Refused connections that may linger at the same time; further ones get their line and no time to finish sending. */
const MOST_REFUSALS = 256;

/** What an {@link Acceptor} works with. */
export interface AcceptorParts {
  readonly events: Events;
  readonly front: Front;
  /** Of the connections that all daemons may have. */
  readonly sharing: Pick<Sharing, 'ceiling'>;
}

/** Admits connections: counts them, queues them while every place is taken, refuses the rest. */
export class Acceptor {
  readonly #events: Events;
  readonly #front: Front;
  readonly #sharing: AcceptorParts['sharing'];
  readonly #serve: (arrival: Arrival, leave: () => void) => void;
  readonly #admission: Admission;
  readonly #descriptorLimit = new DescriptorLimit();
  readonly #penalties = new Penalties();
  readonly #proxies: Proxies;
  #addresses: AddressRules;
  readonly #waiting: Arrival[] = []; // accepted, not yet read: every place is taken
  #settings: Settings;
  #refusing = 0;
  #stopping = false;

  /** @param serve gets each connection that has a place, which it has until `leave` is called */
  constructor(
    settings: Settings,
    { events, front, sharing }: AcceptorParts,
    serve: (arrival: Arrival, leave: () => void) => void,
  ) {
    this.#settings = settings;
    this.#events = events;
    this.#front = front;
    this.#sharing = sharing;
    this.#serve = serve;
    this.#admission = new Admission(settings);
    this.#addresses = new AddressRules(settings);
    this.#proxies = new Proxies(settings.proxyFrom, events, front);
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  get busiest(): Admission['busiest'] {
    return this.#admission.busiest;
  }

  /** For those that come from now on; connections that are open stay. */
  set settings(settings: Settings) {
    this.#settings = settings;
    this.#admission.caps = settings;
    this.#addresses = new AddressRules(settings);
    this.#proxies.from = settings.proxyFrom;
    for (const arrival of this.#waiting.splice(0)) if (!this.#denies(arrival)) this.#waiting.push(arrival);
    this.#admitWaiting();
  }

  /** What is accepted is answered, whatever there is too little of. */
  accept(arrival: Arrival): void {
    const { socket } = arrival;
    socket.on('error', () => {}); // for its whole life: a reset between two owners must not end the daemon
    if (socket.remoteAddress === undefined) return void socket.destroy(); // it left before it was accepted
    if (this.#proxies.include(socket)) this.#unwrap(arrival).catch((defect) => this.#broken(defect));
    else this.#take(arrival);
  }

  /** Nothing of a connection counts before its header says whose it is. */
  async #unwrap(arrival: Arrival): Promise<void> {
    const unwrapped = await this.#proxies.unwrap(arrival);
    if (!unwrapped) return;
    if (this.#stopping) this.#turnAway(unwrapped, stopping());
    else this.#take(unwrapped);
  }

  #take(arrival: Arrival): void {
    const { socket } = arrival;
    if (this.#denies(arrival)) return;
    const { remoteAddress = '' } = socket;
    const penalty = this.#penalties.left(remoteAddress);
    if (penalty > 0)
      return this.#refuse(
        arrival,
        new SessionError('REXEC_BUSY', `refused for another ${penalty} s (${keyOf('crashPenaltySeconds')})`),
      );
    const { overflow, backlog, keepAliveSeconds } = this.#settings;
    keepAlive(socket, keepAliveSeconds);
    const descriptors = this.#descriptorLimit.for(socket);
    if (descriptors !== 'enough') {
      this.#refuse(arrival, noDescriptors(), descriptors === 'none');
    } else if (overflow === 'queue' && this.#admission.full && this.#waiting.length < backlog)
      this.#waiting.push(arrival);
    else this.#admit(arrival);
  }

  /** Refuses an address for a while. */
  penalize(address: string): void {
    this.#penalties.add(address, this.#settings.crashPenaltySeconds);
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

  /** Turns away the connections that wait. */
  stop(): void {
    this.#stopping = true;
    for (const arrival of this.#waiting.splice(0)) this.#turnAway(arrival, stopping());
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
    const { ceiling } = this.#sharing;
    if (ceiling) this.#admitShared(arrival, ceiling, leave).catch((defect) => this.#broken(defect));
    else this.#serve(arrival, leave);
  }

  /** It has a place of this daemon, and needs one of all. */
  async #admitShared(arrival: Arrival, ceiling: SharedCeiling, leave: () => void): Promise<void> {
    try {
      const free = await ceiling.enter();
      const leaveBoth = () => {
        free();
        leave();
      };
      if (!this.#stopping && !arrival.socket.destroyed) return this.#serve(arrival, leaveBoth);
      leaveBoth();
      if (this.#stopping) this.#turnAway(arrival, stopping());
    } catch (error) {
      leave();
      this.#refuse(arrival, error);
    }
  }

  /** Those who waited come first, in their order; some may have left. */
  #admitWaiting(): void {
    while (this.#waiting.length > 0 && !this.#admission.full) {
      const arrival = this.#waiting.shift()!;
      if (!arrival.socket.destroyed) this.#admit(arrival);
    }
  }

  #refuse(arrival: Arrival, error: unknown, atOnce = false): void {
    const { remoteAddress = '', remotePort = 0 } = arrival.socket;
    const peer = addressAndPort(remoteAddress, remotePort);
    this.#events.emit('connectionRefused', { peer, cause: reasonOf(error) });
    if (atOnce) this.#drop(arrival, error);
    else this.#turnAway(arrival, error);
  }

  /** Its descriptor is free when this returns. */
  #drop({ socket, secure }: Arrival, error: unknown): void {
    if (!secure) refuseUnread(socket, refusalFor(error), 0).catch((defect) => this.#broken(defect));
    socket.destroy(); // the line is on its way
  }

  #turnAway({ socket, secure }: Arrival, error: unknown): void {
    const drainSeconds = this.#refusing < MOST_REFUSALS ? this.#settings.drainSeconds : 0;
    this.#refusing += 1;
    this.#front
      .turnAway(socket, secure, refusalFor(error), drainSeconds)
      .catch((defect) => this.#broken(defect))
      .finally(() => {
        this.#refusing -= 1;
      });
  }

  #broken(error: Error): void {
    this.#events.emit('sessionBroken', { session: 'none', cause: error.stack ?? error.message });
  }
}
