import { SessionError } from '../../connection/index.ts';
import { networkOf } from '../../login/index.ts';
import { keyOf } from '../../settings/index.ts';

/** Caps on connections, before a byte is read. */
export interface Caps {
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
}

/** Counts connections, in all and per address (an IPv6 /64); memory follows the connections that are open. */
export class Admission {
  /** May change at any time; connections that are open stay. */
  caps: Caps;
  readonly #perAddress = new Map<string, number>(); // by networkOf()
  #total = 0;

  constructor(caps: Caps) {
    this.caps = caps;
  }

  /** True when no more fit, whatever their address. */
  get full(): boolean {
    return this.#total >= this.caps.maxConnections;
  }

  /** The address (an IPv6 /64) that has the most connections. */
  get busiest(): { readonly address: string; readonly connections: number } | undefined {
    let most: { address: string; connections: number } | undefined;
    for (const [address, connections] of this.#perAddress)
      if (!most || connections > most.connections) most = { address, connections };
    return most;
  }

  /**
   * Takes a place.
   *
   * @returns gives the place back
   * @throws SessionError `REXEC_BUSY`, naming the cap that is reached
   */
  enter(address: string): () => void {
    const { maxConnections, maxConnectionsPerAddress } = this.caps;
    const network = networkOf(address);
    const here = this.#perAddress.get(network) ?? 0;
    if (this.full)
      throw new SessionError(
        'REXEC_BUSY',
        `all ${maxConnections} connections are in use (${keyOf('maxConnections')})`,
      );
    if (here >= maxConnectionsPerAddress) {
      throw new SessionError(
        'REXEC_BUSY',
        `all ${maxConnectionsPerAddress} connections for this address are in use (${keyOf('maxConnectionsPerAddress')})`,
      );
    }
    this.#total += 1;
    this.#perAddress.set(network, here + 1);
    return () => this.#leave(network);
  }

  #leave(network: string): void {
    this.#total -= 1;
    const left = (this.#perAddress.get(network) ?? 1) - 1;
    if (left === 0) this.#perAddress.delete(network);
    else this.#perAddress.set(network, left);
  }
}
