import { BlockList, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

/** Addresses that are no other host of another network: this host, links, multicast. */
const NEVER: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 3],
  ['::', 127],
  ['fe80::', 10],
  ['ff00::', 8],
];

/** SECURITY: true for this host, its links and its networks, where a connection from here may be trusted. */
export function isNear(address: string): boolean {
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  const add = (network: string, prefix: number) => {
    const family = isIPv6(network) ? 'ipv6' : 'ipv4';
    lists[family].addSubnet(network, prefix, family);
  };
  for (const [network, prefix] of NEVER) add(network, prefix);
  for (const { cidr } of Object.values(networkInterfaces()).flatMap((each) => each ?? [])) {
    const [network, prefix] = cidr?.split('/') ?? [];
    if (network !== undefined) add(network, Number(prefix));
  }
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  return lists[family].check(address, family);
}
