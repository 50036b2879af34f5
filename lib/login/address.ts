import { isIPv6 } from 'node:net';
import { addressForm } from '../base/index.ts';

/** An address and a port as one word: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
export const addressAndPort = (address: string, port: number): string =>
  isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;

/**
 * What counts as one address for limits and lockouts: an IPv4 address, or the /64 of an IPv6 address, since a host that
 * has one address of a /64 usually has all of them.
 */
export function networkOf(address: string): string {
  const plain = addressForm(address);
  if (!isIPv6(plain)) return plain;
  const [head = '', tail = ''] = plain.split('%')[0]!.split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => '0');
  return `${[...first, ...zeros, ...last].slice(0, 4).join(':')}::/64`;
}
