import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { type AddressInfo, createServer, isIP, type ListenOptions, type Server, type Socket } from 'node:net';
import { addressForm, codeOf, wordsOf } from '../../base/index.ts';
import type { Events } from '../../events/index.ts';
import type { Endpoint } from '../../settings/index.ts';
import { fixAddresses } from './fix-addresses.ts';

/** Listens on an address that this machine does not have yet; gives a descriptor. */
export type ListenAhead = (address: string, port: number, backlog: number) => number;

/** Nothing is read of a connection here. */
const SOCKETS = {
  allowHalfOpen: true,
  noDelay: true,
  pauseOnConnect: true,
  highWaterMark: 1, // what reads it in this process reads one chunk at a time
} as const;

/** A port that the system chose for one address may be taken on another one. */
const MOST_CHOICES = 8;

/** An address that this machine does not have, or a family that it does not speak. */
const MISSING = ['EADDRNOTAVAIL', 'EAFNOSUPPORT'];

/** Accepts connections on one port: of each address that a name has, or of a socket that the service manager opened. */
export class Listener {
  readonly #events: Events;
  readonly #endpoint: Endpoint;
  readonly #backlog: number;
  readonly #make: () => Server;
  #servers: Server[] = [];
  #port: number;
  #adopted = false;

  constructor(endpoint: Endpoint, backlog: number, events: Events, accept: (socket: Socket) => void) {
    this.#endpoint = endpoint;
    this.#backlog = backlog;
    this.#port = endpoint.port;
    this.#events = events;
    this.#make = () => createServer(SOCKETS, (socket) => accept(fixAddresses(socket)));
  }

  /** Resolves when it listens. Rejects with the system's error, such as `EADDRINUSE`. */
  async listen(ahead?: ListenAhead): Promise<void> {
    const { host, port } = this.#endpoint;
    const addresses = isIP(host) ? [host] : await addressesOf(host);
    for (let choice = 1; ; choice += 1) {
      try {
        await this.#listenOn(addresses, ahead);
        break;
      } catch (error) {
        this.close();
        this.#port = port;
        const isChosen = port === 0 && addresses.length > 1 && codeOf(error) === 'EADDRINUSE';
        if (!isChosen || choice === MOST_CHOICES) throw error;
      }
    }
    this.#announce();
  }

  /** Takes over a socket that listens already. */
  async adopt(fd: number): Promise<void> {
    await this.#open({ fd, backlog: this.#backlog });
    this.#adopted = true;
    this.#port = this.addresses[0]!.port;
    this.#announce();
  }

  /** What is listened on; empty when it is closed. */
  get addresses(): readonly AddressInfo[] {
    return this.#servers.map((server) => {
      const { address, ...rest } = server.address() as AddressInfo;
      return { address: addressForm(address), ...rest };
    });
  }

  get secure(): boolean {
    return this.#endpoint.secure;
  }

  /** Took over a socket, whose address is none of our settings. */
  get adopted(): boolean {
    return this.#adopted;
  }

  /** Whether it listens where it is to listen; a port of its own choice is as good as 0. */
  serves({ secure, host, port }: Endpoint): boolean {
    if (secure !== this.secure) return false;
    const isThere = host === this.#endpoint.host && (port === this.#endpoint.port || port === this.#port);
    return this.#adopted || isThere;
  }

  /** Accepts no more; connections that were accepted stay. It may listen again, on the same port. */
  close(): void {
    for (const server of this.#servers.splice(0)) server.close();
  }

  /** A name may have addresses that are not of this machine; one must be. */
  async #listenOn(addresses: readonly string[], ahead: ListenAhead | undefined): Promise<void> {
    let missing: unknown;
    for (const host of addresses)
      try {
        await this.#openOn(host, ahead);
      } catch (error) {
        if (addresses.length === 1 || !MISSING.includes(codeOf(error))) throw error;
        missing = error;
        this.#events.emit('listenFailed', {
          address: host,
          port: this.#port,
          cause: wordsOf(error),
        });
      }
    if (this.#servers.length === 0) throw missing;
  }

  async #openOn(host: string, ahead: ListenAhead | undefined): Promise<void> {
    const backlog = this.#backlog;
    try {
      await this.#open({ host, port: this.#port, backlog });
    } catch (error) {
      if (!ahead || codeOf(error) !== 'EADDRNOTAVAIL') throw error;
      await this.#open({ fd: ahead(host, this.#port, backlog), backlog });
      this.#events.emit('addressMissing', { address: host, port: this.#port });
    }
    this.#port = this.addresses[0]!.port;
  }

  async #open(where: ListenOptions & { fd?: number }): Promise<void> {
    const server = this.#make();
    server.listen(where);
    await once(server, 'listening');
    server.on('error', (error) => this.#events.emit('acceptFailed', { cause: wordsOf(error) }));
    this.#servers.push(server);
  }

  #announce(): void {
    const name = this.secure ? 'listeningSecurely' : 'listening';
    for (const { address, port } of this.addresses) this.#events.emit(name, { address, port });
  }
}

/** IPv4 first: what is said of one address alone is said of that one. */
async function addressesOf(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true, order: 'ipv4first' });
  return [...new Set(found.map(({ address }) => address))];
}
