import type { AddressInfo, Socket } from 'node:net';
import { addressForm } from '../../base/index.ts';

/**
 * Fixes the addresses of an accepted connection in their one form, before anything reads them: PAM, the event log,
 * caps, lockouts, commands and the connection back compare and show addresses as text. An address stays undefined if
 * the peer has left.
 */
export function fixAddresses<Accepted extends Socket>(socket: Accepted): Accepted {
  for (const end of ['remoteAddress', 'localAddress'] as const) {
    const address = socket[end];
    if (address !== undefined)
      Object.defineProperty(socket, end, { value: addressForm(address), configurable: true });
  }
  return socket;
}

/** Gives a connection that a proxy passes on the far end that it names. */
export function nameSource(socket: Socket, { address, port }: Pick<AddressInfo, 'address' | 'port'>): void {
  Object.defineProperty(socket, 'remoteAddress', { value: addressForm(address) });
  Object.defineProperty(socket, 'remotePort', { value: port });
}
