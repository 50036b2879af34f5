import type { AddressInfo, Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { codeOf, isLoopback, wordsOf } from '../base/index.ts';
import type { Events } from '../events/index.ts';
import type { Settings } from '../settings/index.ts';
import { type Endpoint, type ListenAhead, Listener } from './listener.ts';
import { TlsGate } from './tls-gate.ts';
import { readTlsMaterial, type TlsMaterial } from './tls-material.ts';

/** A connection that was accepted. It has a gate to pass where it is to be made secure first. */
export interface Arrival {
  readonly socket: Socket;
  readonly gate: TlsGate | undefined;
}

/** Where a daemon listens. */
export interface Addresses {
  readonly plain?: AddressInfo;
  readonly tls?: AddressInfo;
}

type Way = keyof Addresses;
type Listeners = Partial<Record<Way, Listener>>;

const SOON_MS = 14 * 24 * 3600 * 1000;

/** The sockets that a daemon listens on: one in clear text, one for TLS, or both. */
export class Entrances {
  readonly #events: Events;
  readonly #accept: (arrival: Arrival) => void;
  readonly #descriptor: number | undefined;
  #adopted: Way | undefined; // the one that has the descriptor
  #listeners: Listeners = {};
  #addresses: Addresses = {};
  #gate: TlsGate | undefined;
  #closed = false;

  /**
   * @param descriptor a listening socket to take over, for clear text if that is served
   */
  constructor(events: Events, accept: (arrival: Arrival) => void, descriptor?: number) {
    this.#events = events;
    this.#accept = accept;
    this.#descriptor = descriptor;
  }

  get addresses(): Addresses {
    return this.#addresses;
  }

  /** Where clear text is served to other machines, if anywhere. */
  get exposed(): AddressInfo | undefined {
    return this.#listeners.plain?.addresses.find(({ address }) => !isLoopback(address));
  }

  /** Every address that is listened on. */
  get all(): readonly AddressInfo[] {
    return entriesOf(this.#listeners).flatMap(([, { addresses }]) => addresses);
  }

  /**
   * Listens where the settings say, with the certificates as they are now. What stays where it was is not touched, and
   * what is no longer wanted is given up last, unless what is new needs its port. Rejects, and nothing has changed, when
   * a file or a port cannot be had.
   *
   * @param ahead for addresses that this machine does not have yet; without it they are refused
   */
  async open(settings: Settings, ahead?: ListenAhead): Promise<void> {
    const material = settings.tlsMode === 'off' ? undefined : await readTlsMaterial(settings);
    const gateBefore = this.#gate;
    if (material) this.#gate = new TlsGate(material, settings.requestSeconds); // before anybody can come
    const listeners: Listeners = {};
    const given: Listener[] = [];
    try {
      for (const way of waysOf(settings))
        listeners[way] = await this.#listenerFor(settings, way, given, ahead);
      if (this.#closed) throw new Error('the daemon is stopping');
    } catch (error) {
      this.#gate = gateBefore;
      this.#closeBut(this.#listeners, listeners);
      await this.#takeBack(given);
      throw error;
    }
    this.#closeBut(listeners, this.#listeners);
    this.#listeners = listeners;
    this.#addresses = Object.fromEntries(
      entriesOf(listeners).map(([way, { addresses }]) => [way, addresses[0]]),
    );
    this.#warn(settings, material);
  }

  /** Accepts no more, for good; connections that were accepted stay. */
  close(): void {
    this.#closed = true;
    this.#closeBut({}, this.#listeners);
  }

  /** The one that listens there already, or a new one; `given` gets those whose port it took. */
  async #listenerFor(
    settings: Settings,
    way: Way,
    given: Listener[],
    ahead: ListenAhead | undefined,
  ): Promise<Listener> {
    const endpoint = endpointOf(settings, way);
    const before = this.#listeners[way];
    if (before && this.#stays(settings, way, before)) return before;
    const secure = way === 'tls';
    const listener = new Listener(endpoint, this.#events, secure, (socket) => this.#arrived(socket, way));
    const descriptor = this.#adopted === undefined ? this.#descriptor : undefined;
    if (descriptor !== undefined) this.#adopted = way;
    try {
      if (descriptor !== undefined) await listener.adopt(descriptor);
      else
        await listener.listen(ahead).catch(async (error) => {
          const rivals = codeOf(error) === 'EADDRINUSE' ? this.#leaving(settings, endpoint.port) : [];
          if (rivals.length === 0) throw error;
          await nextTurn(); // connections that wait to be accepted are accepted
          for (const rival of rivals) rival.close();
          given.push(...rivals);
          await listener.listen();
        });
    } catch (error) {
      const { host: address, port } = endpoint;
      this.#events.emit('listenFailed', { address, port, cause: wordsOf(error) });
      throw error;
    }
    return listener;
  }

  /** Whether a listener is left as it is. */
  #stays(settings: Settings, way: Way, listener: Listener): boolean {
    const isWanted = waysOf(settings).includes(way);
    return isWanted && (way === this.#adopted || listener.serves(endpointOf(settings, way)));
  }

  /** Those on a port that will be given up: 127.0.0.1 keeps 0.0.0.0 and :: from being bound, and the other way round. */
  #leaving(settings: Settings, port: number): Listener[] {
    return entriesOf(this.#listeners)
      .filter(([way, listener]) => way !== this.#adopted && !this.#stays(settings, way, listener))
      .map(([, listener]) => listener)
      .filter(({ addresses }) => addresses.some((each) => each.port === port));
  }

  async #takeBack(given: readonly Listener[]): Promise<void> {
    for (const listener of this.#closed ? [] : given)
      await listener.listen().catch(({ message }: Error) => {
        this.#events.emit('listenFailed', { address: 'before', port: 0, cause: message });
      });
  }

  #arrived(socket: Socket, way: Way): void {
    if (way === 'plain') this.#accept({ socket, gate: undefined });
    else this.#accept({ socket, gate: this.#gate! }); // it was made before the listener
  }

  #closeBut(kept: Listeners, listeners: Listeners): void {
    for (const [way, listener] of entriesOf(listeners)) if (listener !== kept[way]) listener.close();
  }

  #warn({ tlsCertificate }: Settings, material: TlsMaterial | undefined): void {
    const { exposed } = this;
    if (exposed) this.#events.emit('clearTextServed', { address: exposed.address, port: exposed.port });
    if (material && material.validTo.getTime() < Date.now() + SOON_MS)
      this.#events.emit('certificateEnds', {
        certificate: tlsCertificate,
        until: material.validTo.toISOString(),
      });
  }
}

const entriesOf = (listeners: Listeners): [Way, Listener][] => Object.entries(listeners) as [Way, Listener][];

const waysOf = ({ tlsMode }: Settings): readonly Way[] =>
  tlsMode === 'off' ? ['plain'] : tlsMode === 'only' ? ['tls'] : ['plain', 'tls'];

const endpointOf = (settings: Settings, way: Way): Endpoint => {
  const { host, port, tlsHost, tlsPort, backlog } = settings;
  const where = way === 'plain' ? { host, port } : { host: tlsHost, port: tlsPort };
  return { ...where, backlog };
};
