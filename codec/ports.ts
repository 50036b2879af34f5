/** Where a daemon is found, and what it speaks there. */

/** TCP port of the protocol in clear text (exec in services(5)). */
export const DEFAULT_PORT = 512;

/** TCP port of the protocol inside TLS. Ours: none is registered. */
export const DEFAULT_TLS_PORT = 10_512;

/** The port of a daemon whose port is not given. */
export const defaultPort = (tls = false): number => (tls ? DEFAULT_TLS_PORT : DEFAULT_PORT);

/** ALPN name of the plain protocol inside TLS; a peer that names none speaks it too. */
export const PLAIN_PROTOCOL = 'rexec';

/** ALPN name of both connections in one, as mux frames. */
export const MUX_PROTOCOL = 'rexec-mux';

/** The ALPN names of both ends, the preferred one first. */
export const ALPN_PROTOCOLS: readonly string[] = [MUX_PROTOCOL, PLAIN_PROTOCOL];
