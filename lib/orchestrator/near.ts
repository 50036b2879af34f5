import { networkInterfaces } from 'node:os';
import { Networks } from '../base/index.ts';

/** Addresses that are no other host of another network: this host, links, multicast. */
const NEVER = [
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/3',
  '::/127',
  'fe80::/10',
  'ff00::/8',
];

/** SECURITY: true for this host, its links and its networks, where a connection from here may be trusted. */
export function isNear(address: string): boolean {
  const own = Object.values(networkInterfaces()).flatMap((each) => each?.map(({ cidr }) => cidr) ?? []);
  return new Networks([...NEVER, ...own.filter((cidr) => cidr !== null)]).include(address);
}
