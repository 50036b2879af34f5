import { lookup } from 'node:dns/promises';
import { isIPv6 } from 'node:net';
import { isLoopback } from '../../base/index.ts';
import { FuzzError } from '../errors.ts';
import { inetdOf } from './inetd.ts';
import type { Target } from './target.ts';

export interface AddressOptions {
  /** The serving process on this host, if it is known. */
  readonly pid?: number;
  /** For another host than this one, the words of its owner: `I own HOST`. Loopback needs none. */
  readonly words?: string | undefined;
}

/**
 * A server that listens at an address.
 *
 * SECURITY: a fuzzer is an attack. Every address of the host must be loopback, and the one that was checked is the
 * one that is connected to; anything else only for a caller who says in words that he owns the host.
 *
 * @throws FuzzError `FUZZ_NOT_LOOPBACK`, or `FUZZ_TARGET_FAILED` for a host without an address
 */
export async function addressTarget(
  host: string,
  port: number,
  options: AddressOptions = {},
): Promise<Target> {
  const { pid, words } = options;
  const addresses = await lookup(host, { all: true }).catch((cause) => {
    throw new FuzzError('FUZZ_TARGET_FAILED', `${host} has no address`, { cause });
  });
  const stranger = addresses.find(({ address }) => !isLoopback(address));
  if (stranger && words !== `I own ${host}`) {
    const message = `${host} is ${stranger.address}, which is not a loopback address; to fuzz a host that you own, pass the words "I own ${host}" (--own)`;
    throw new FuzzError('FUZZ_NOT_LOOPBACK', message);
  }
  const [{ address } = { address: host }] = addresses;
  const name = isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
  const inetdRuns = isLoopback(address) ? inetdOf(port) : undefined;
  return { name, host: address, port, pid, alive: true, inetdRuns, close: async () => {} };
}
