import { Networks } from '../../base/index.ts';
import { keyOf } from '../../settings/index.ts';

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
    if (this.#denied.include(address)) return `the address is in ${keyOf('denyAddresses')}`;
    if (this.#allowed && !this.#allowed.include(address))
      return `the address is not in ${keyOf('allowAddresses')}`;
    return undefined;
  }
}
