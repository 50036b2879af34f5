import { BlockList, isIPv6 } from 'node:net';
import { parseNetwork, plainAddress } from '../../settings/index.ts';

/** Which addresses are served; an empty list of those allowed means all. */
export interface AddressLists {
  readonly allowAddresses: readonly string[];
  readonly denyAddresses: readonly string[];
}

/** Whether a peer is served, by its address alone. A denied address is denied although it is allowed as well. */
export class AddressRules {
  readonly #allowed: Networks | undefined;
  readonly #denied: Networks;

  constructor({ allowAddresses, denyAddresses }: AddressLists) {
    this.#allowed = allowAddresses.length > 0 ? new Networks(allowAddresses) : undefined;
    this.#denied = new Networks(denyAddresses);
  }

  /** Why an address is not served, with the setting that says so; undefined if it is. */
  refusalOf(address: string): string | undefined {
    if (this.#denied.include(address)) return 'the address is in denyAddresses';
    if (this.#allowed && !this.#allowed.include(address)) return 'the address is not in allowAddresses';
    return undefined;
  }
}

/** Networks, a list for each family: one list would take IPv4 addresses for part of an IPv6 network such as `::/0`. */
export class Networks {
  readonly #lists = { ipv4: new BlockList(), ipv6: new BlockList() };

  constructor(networks: readonly string[]) {
    for (const { address, prefix, family } of networks.map((each) => parseNetwork(each)!)) // the schema has checked them
      this.#lists[family].addSubnet(address, prefix, family);
  }

  include(address: string): boolean {
    const plain = plainAddress(address);
    const family = isIPv6(plain) ? 'ipv6' : 'ipv4';
    return this.#lists[family].check(plain, family);
  }
}
