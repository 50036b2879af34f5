import { BlockList, isIP, isIPv6, SocketAddress } from 'node:net';

/** A network: one address and how many of its bits count. */
export interface Network {
  readonly address: string;
  readonly family: 'ipv4' | 'ipv6';
  readonly prefix: number;
}

/** An IPv4 address as an IPv6 socket shows it. */
const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
const MAPPED_BITS = 96; // before the IPv4 address in an IPv6 one, RFC 4291 2.5.5.2

/**
 * A network as people write it: `192.0.2.7`, `10.0.0.0/8`, `2001:db8::/32`. One of IPv4 addresses in IPv6 form is the
 * IPv4 network. Undefined if it is none.
 */
export function parseNetwork(text: string): Network | undefined {
  const [, address = '', bits] = /^([0-9a-fA-F:.]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  if (!isIP(address)) return undefined;
  const most = isIPv6(address) ? 128 : 32;
  const prefix = bits === undefined ? most : Number(bits);
  if (prefix > most) return undefined;
  const plain = plainAddress(address);
  if (isIPv6(plain) || !isIPv6(address))
    return { address: plain, family: isIPv6(plain) ? 'ipv6' : 'ipv4', prefix };
  return prefix < MAPPED_BITS ? undefined : { address: plain, family: 'ipv4', prefix: prefix - MAPPED_BITS };
}

/** The one form of a numeric address: an IPv4 address is dotted, whichever socket it came through. */
export const addressForm = (address: string): string => MAPPED.exec(address)?.[1] ?? address;

/** An address in its one form: without the scope of a link, and IPv4 in dotted form although it came in IPv6 form. */
export function plainAddress(address: string): string {
  const [bare = ''] = address.split('%');
  if (!isIPv6(bare)) return bare;
  return addressForm(new SocketAddress({ address: bare, family: 'ipv6' }).address);
}

/** Networks, a list for each family: one list would take IPv4 addresses for part of an IPv6 network such as `::/0`. */
export class Networks {
  readonly #lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  readonly #isEmpty: boolean; // most are, and are asked about each connection

  /** @param networks all of them known to {@link parseNetwork} */
  constructor(networks: readonly string[]) {
    this.#isEmpty = networks.length === 0;
    for (const { address, prefix, family } of networks.map((each) => parseNetwork(each)!))
      this.#lists[family].addSubnet(address, prefix, family);
  }

  include(address: string): boolean {
    if (this.#isEmpty) return false;
    const plain = plainAddress(address);
    const family = isIPv6(plain) ? 'ipv6' : 'ipv4';
    return this.#lists[family].check(plain, family);
  }
}
