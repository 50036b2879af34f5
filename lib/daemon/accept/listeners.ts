import type { AddressInfo, Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { codeOf, isLoopback, wordsOf } from '../../base/index.ts';
import type { Events } from '../../events/index.ts';
import type { Proxied } from '../../orchestrator/index.ts';
import { type Endpoint, endpointsOf, mainEndpoint, type Settings } from '../../settings/index.ts';
import type { TlsMaterial } from '../tls-material.ts';
import { type ListenAhead, Listener } from './listener.ts';

/** A connection that was accepted, and is not read. */
export interface Arrival {
  readonly socket: Socket;
  /** It is to be made secure first. */
  readonly secure: boolean;
  /** A proxy has passed it on; missing: none has. */
  readonly proxied?: Proxied;
}

/** An address that is listened on, for TLS if it is secure. */
export interface ListenAddress extends AddressInfo {
  readonly secure: boolean;
  /** It serves clear text to other machines. */
  readonly isExposed: boolean;
}

/** Where a daemon listens: the first address in clear text, and the first for TLS. */
export interface Addresses {
  readonly plain?: AddressInfo;
  readonly tls?: AddressInfo;
}

const SOON_MS = 14 * 24 * 3600 * 1000;

/** The sockets that a daemon listens on. */
export class Listeners {
  readonly #events: Events;
  readonly #accept: (arrival: Arrival) => void;
  #descriptor: number | undefined; // until a listener has it
  #listeners: readonly Listener[] = [];
  #closed = false;
  #port = 0;

  /**
   * @param descriptor a listening socket to take over, for the first address in clear text, else the first
   */
  constructor(events: Events, accept: (arrival: Arrival) => void, descriptor?: number) {
    this.#events = events;
    this.#accept = accept;
    this.#descriptor = descriptor;
  }

  get addresses(): Addresses {
    const of = (secure: boolean) => this.#listeners.find((each) => each.secure === secure)?.addresses[0];
    const [plain, tls] = [of(false), of(true)];
    return { ...(plain && { plain }), ...(tls && { tls }) };
  }

  /** The port of the clear-text listener, else of the TLS listener; once closed, the one it was. */
  get port(): number {
    const { plain, tls } = this.addresses;
    this.#port = (plain ?? tls)?.port ?? this.#port;
    return this.#port;
  }

  /** Where clear text is served to other machines, if anywhere. */
  get exposed(): AddressInfo | undefined {
    return this.all.find(({ isExposed }) => isExposed);
  }

  /** Every address that is listened on. */
  get all(): readonly ListenAddress[] {
    return this.#listeners.flatMap(({ secure, addresses }) =>
      addresses.map((each) => ({ ...each, secure, isExposed: !secure && !isLoopback(each.address) })),
    );
  }

  /**
   * Listens where the settings say. What stays where it was is not touched, and what is no longer wanted is given up
   * last, unless what is new needs its port. Rejects, and nothing has changed, when a port cannot be had.
   *
   * @param ahead for addresses that this machine does not have yet; without it they are refused
   */
  async open(settings: Settings, material: TlsMaterial | undefined, ahead?: ListenAhead): Promise<void> {
    const endpoints = endpointsOf(settings);
    const leaving = [...this.#listeners];
    const staying = endpoints.map((endpoint) => takeFrom(leaving, (each) => each.serves(endpoint)));
    const heir = mainEndpoint(endpoints);
    const made: Listener[] = [];
    const given: Listener[] = [];
    try {
      const listeners: Listener[] = [];
      for (const [index, endpoint] of endpoints.entries()) {
        const listener = staying[index] ?? this.#newListener(endpoint, settings.backlog);
        listeners.push(listener);
        if (listener === staying[index]) continue;
        made.push(listener);
        await this.#start(listener, endpoint, { adopt: endpoint === heir, leaving, given, ahead });
      }
      if (this.#closed) throw new Error('the daemon is stopping');
      this.#listeners = listeners;
    } catch (error) {
      for (const listener of made) listener.close();
      await this.#takeBack(given);
      throw error;
    }
    for (const listener of leaving) listener.close();
    this.#warn(settings, material);
  }

  /** Accepts no more, for good; connections that were accepted stay. */
  close(): void {
    this.#port = this.port;
    this.#closed = true;
    for (const listener of this.#listeners) listener.close();
  }

  #newListener(endpoint: Endpoint, backlog: number): Listener {
    return new Listener(endpoint, backlog, this.#events, (socket) =>
      this.#accept({ socket, secure: endpoint.secure }),
    );
  }

  /** Lets a listener listen; `given` gets those whose port it took. */
  async #start(
    listener: Listener,
    { host: address, port }: Endpoint,
    { adopt, leaving, given, ahead }: Beginning,
  ): Promise<void> {
    try {
      if (adopt && this.#descriptor !== undefined) {
        await listener.adopt(this.#descriptor);
        this.#descriptor = undefined;
      } else
        await listener.listen(ahead).catch(async (error) => {
          // 127.0.0.1 keeps 0.0.0.0 and :: from being bound, and the other way round.
          const isRival = ({ adopted, addresses }: Listener) =>
            !adopted && addresses.some((each) => each.port === port);
          const rivals = codeOf(error) === 'EADDRINUSE' ? leaving.filter(isRival) : [];
          if (rivals.length === 0) throw error;
          await nextTurn(); // connections that wait to be accepted are accepted
          for (const rival of rivals) rival.close();
          given.push(...rivals);
          await listener.listen();
        });
    } catch (error) {
      this.#events.emit('listenFailed', { address, port, cause: wordsOf(error) });
      throw error;
    }
  }

  async #takeBack(given: readonly Listener[]): Promise<void> {
    for (const listener of this.#closed ? [] : given)
      await listener.listen().catch(({ message }: Error) => {
        this.#events.emit('listenFailed', { address: 'before', port: 0, cause: message });
      });
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

/** How a listener begins. */
interface Beginning {
  /** Whether it takes over the socket of the service manager. */
  readonly adopt: boolean;
  /** Listeners that will end. */
  readonly leaving: readonly Listener[];
  /** Those of them that ended for it. */
  readonly given: Listener[];
  readonly ahead: ListenAhead | undefined;
}

/** Takes the first element that will do out of a list. */
function takeFrom<T>(list: T[], suits: (element: T) => boolean): T | undefined {
  const index = list.findIndex(suits);
  return index < 0 ? undefined : list.splice(index, 1)[0];
}
