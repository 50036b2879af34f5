import type { Socket } from 'node:net';
import { Networks, reasonOf } from '../../base/index.ts';
import type { Events } from '../../events/index.ts';
import { addressAndPort } from '../../login/index.ts';
import type { Front } from '../../receive/index.ts';
import { nameSource } from './fix-addresses.ts';
import type { Arrival } from './listeners.ts';

/** Time for a header: the specification asks for three seconds at least. */
const HEADER_SECONDS = 5;
/** Connections whose header is on its way; further ones are closed. */
const MOST_WAITING = 4096;

/** Connections that proxies pass on. SECURITY: a proxy says from where its connections come. */
export class Proxies {
  readonly #events: Events;
  readonly #front: Front;
  #networks: Networks;
  #waiting = 0;

  constructor(proxyFrom: readonly string[], events: Events, front: Front) {
    this.#networks = new Networks(proxyFrom);
    this.#events = events;
    this.#front = front;
  }

  /** For connections from now on. */
  set from(networks: readonly string[]) {
    this.#networks = new Networks(networks);
  }

  /** Whether a header must come before anything else. */
  include({ remoteAddress = '' }: Socket): boolean {
    return this.#networks.include(remoteAddress);
  }

  /** Resolves with the connection as if its far end had connected itself; undefined if it was closed. Never rejects. */
  async unwrap(arrival: Arrival): Promise<Arrival | undefined> {
    const { socket } = arrival;
    const { remoteAddress = '', remotePort = 0 } = socket;
    this.#waiting += 1;
    try {
      if (this.#waiting > MOST_WAITING) throw new Error(`${MOST_WAITING} connections wait for their header`);
      const source = await this.#front.unwrap(socket, HEADER_SECONDS);
      if (!source) return { ...arrival, proxied: 'unnamed' };
      nameSource(socket, source);
      return { ...arrival, proxied: 'named' };
    } catch (error) {
      this.#events.emit('proxyHeaderRefused', {
        proxy: addressAndPort(remoteAddress, remotePort),
        cause: reasonOf(error),
      });
      socket.destroy();
      return undefined;
    } finally {
      this.#waiting -= 1;
    }
  }
}
