import { ADDRCONFIG } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect, isIP, type Socket, type TcpNetConnectOpts } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** How long an address may be silent before the next one is tried as well. */
const STAGGER_MS = 1000;

/** What {@link dial} goes by, besides the options of a connection. */
export interface Dialing {
  /** Addresses of this family only; both without it. */
  readonly family?: 4 | 6 | undefined;
  /** Time that the caller waits before it aborts; 0 is no limit. */
  readonly seconds: number;
  readonly signal: AbortSignal;
  /** Gets each address as it is tried. */
  readonly trying: (address: string) => void;
}

/**
 * Connects to the address of a host that answers first. The next address is tried when one fails, or has been silent for
 * a second, or for its share of the time; those that are silent keep trying until the caller aborts (RFC 8305). Node's
 * own choice gives up an address after 250 ms, and tries one alone if there is a family.
 *
 * @throws the system's error; an AggregateError if several addresses failed
 */
export async function dial(
  host: string,
  flags: Omit<TcpNetConnectOpts, 'host' | 'family'>,
  { family, seconds, signal, trying }: Dialing,
): Promise<Socket> {
  const addresses = isIP(host) ? [host] : await addressesOf(host, family);
  const staggerMs = Math.min(STAGGER_MS, ((seconds || Number.POSITIVE_INFINITY) * 1000) / addresses.length);
  const sockets: Socket[] = [];
  const attempts: Promise<Socket>[] = [];
  let connected: Socket | undefined;
  try {
    for (const address of addresses) {
      signal.throwIfAborted();
      trying(address);
      const socket = connect({ ...flags, host: address });
      socket.on('error', () => {});
      sockets.push(socket);
      const attempt = once(socket, 'connect', { signal }).then(() => socket);
      attempts.push(attempt);
      connected = await Promise.race([
        Promise.any(attempts).catch(nothing),
        attempt.catch(nothing),
        delay(staggerMs, undefined, { ref: false }),
      ]);
      if (connected) return connected;
    }
    connected = await Promise.any(attempts);
    return connected;
  } catch (error) {
    throw error instanceof AggregateError && error.errors.length === 1 ? error.errors[0] : error;
  } finally {
    for (const socket of sockets) if (socket !== connected) socket.destroy();
  }
}

/** In the order in which the system would try them. */
async function addressesOf(host: string, family: 4 | 6 | undefined): Promise<string[]> {
  const wanted = family ? { family } : { hints: ADDRCONFIG };
  const found = await lookup(host, { ...wanted, all: true, order: 'verbatim' });
  return found.map(({ address }) => address);
}

const nothing = (): undefined => undefined;
