import { once } from 'node:events';
import { isIP, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { MUX_PROTOCOL } from '../mux/index.ts';
import type { TlsOptions } from './options.ts';

/** ALPN names, the preferred one first. A server that answers without one, such as stunnel, speaks the plain protocol inside. */
const PROTOCOLS = [MUX_PROTOCOL, 'rexec'];

/** Begins TLS on a connection. Resolves once the daemon has proved to be `host`; rejects with the system's error. */
export async function secured(
  socket: Socket,
  host: string,
  { ca, cert, key, insecure = false, serverName }: TlsOptions,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const pem = (value: string | Uint8Array | undefined) =>
    value === undefined ? undefined : Buffer.from(value as string);
  const secure = connect({
    socket,
    host,
    servername: serverName ?? (isIP(host) ? '' : host),
    ca: pem(ca),
    cert: pem(cert),
    key: pem(key),
    minVersion: 'TLSv1.2',
    rejectUnauthorized: !insecure,
    ALPNProtocols: PROTOCOLS,
  });
  secure.on('error', () => {});
  try {
    await once(secure, 'secureConnect', { signal });
    return secure;
  } catch (error) {
    secure.destroy();
    throw error;
  }
}

export const isMultiplexed = ({ alpnProtocol }: TLSSocket): boolean => alpnProtocol === MUX_PROTOCOL;
