import { once } from 'node:events';
import type { Socket } from 'node:net';
import { type ConnectionEnd, ProxyDecoder, type ProxyFrame } from '../../codec/index.ts';
import { SessionError } from '../connection/index.ts';
import { PeerReader } from './peer-reader.ts';

/**
 * Reads the header with which a proxy says whose connection it passes on (proxy-protocol.txt of HAProxy, 2), and leaves
 * what follows it in the socket.
 *
 * @returns the far end of that connection; undefined if it is the proxy's own
 * @throws CodecError; SessionError `REXEC_REQUEST_TIMEOUT`, `REXEC_PEER_VANISHED`
 */
export async function readProxyHeader(socket: Socket, seconds: number): Promise<ConnectionEnd | undefined> {
  const reader = new PeerReader(socket);
  const decoder = new ProxyDecoder({ ownsInput: true });
  const late = new SessionError('REXEC_REQUEST_TIMEOUT', `no PROXY header within ${seconds} s`);
  const limit = setTimeout(() => reader.fail(late), seconds * 1000);
  try {
    const frame = await headerOf(reader, decoder);
    return frame.type === 'proxied' ? frame.source : undefined;
  } finally {
    clearTimeout(limit);
    reader.finish();
  }
}

/** Asks the decoder after each piece: an iterator over its frames would take as long as all the rest. */
async function headerOf(reader: PeerReader, decoder: ProxyDecoder): Promise<ProxyFrame> {
  for (;;) {
    const chunk = await reader.next(decoder.wanted);
    if (chunk === null) decoder.end();
    else decoder.write(chunk);
    const frame: ProxyFrame | null = decoder.read();
    if (frame) return frame;
    if (chunk === null || decoder.errored) await once(decoder, 'close'); // rejects with its error
  }
}
