import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';

const DISCARD = 9; // any port will do: nothing is sent

/**
 * The source address that the system chooses for connections to an address, as a connected UDP socket shows it;
 * undefined if there is no route or no descriptor.
 */
export async function sourceFor(address: string): Promise<string | undefined> {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  try {
    const connected = once(socket, 'connect'); // rejects at 'error'
    socket.connect(DISCARD, address);
    await connected;
    return socket.address().address;
  } catch {
    return undefined;
  } finally {
    socket.close();
  }
}
