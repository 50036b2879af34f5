import { once } from 'node:events';
import { isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { ALPN_PROTOCOLS, MUX_PROTOCOL } from '../../../codec/index.ts';
import type { TlsOptions } from '../options.ts';
import { systemAuthorities, systemContext } from './authorities.ts';

const MIN_VERSION = 'TLSv1.2';

/** Begins TLS on a connection. Resolves once the daemon has proved to be `host`; rejects with the system's error. */
export async function secured(
  socket: Socket,
  host: string,
  options: TlsOptions,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const { insecure = false, serverName } = options;
  const secure = connect({
    socket,
    host,
    servername: serverName ?? (isIP(host) ? '' : host),
    ...contextOf(options),
    rejectUnauthorized: !insecure,
    ALPNProtocols: [...ALPN_PROTOCOLS], // a server that answers without one, such as stunnel, speaks the plain protocol
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

/** Without a `ca`, the system's authorities may vouch for the daemon. */
function contextOf({ ca, cert, key, insecure }: TlsOptions): ConnectionOptions {
  if (!ca && !cert && !key && !insecure) return { secureContext: systemContext(MIN_VERSION) };
  const pem = (value: string | Uint8Array | undefined) =>
    value === undefined ? undefined : Buffer.from(value as string);
  const trusted = pem(ca) ?? (insecure ? undefined : systemAuthorities());
  return { ca: trusted, cert: pem(cert), key: pem(key), minVersion: MIN_VERSION };
}

export const isMultiplexed = ({ alpnProtocol }: TLSSocket): boolean => alpnProtocol === MUX_PROTOCOL;
