import { isIPv6 } from 'node:net';
import { defaultPort } from '../../codec/index.ts';

/** An address to listen on. */
export interface Endpoint {
  readonly secure: boolean;
  /** An address, or a name, which may have several. */
  readonly host: string;
  readonly port: number;
}

/** Digits alone are no name: they are a port, and the system would take them for an address in one number, `0.0.21.136`. */
const FORM = /^(tls:)?(?:\[([\da-fA-F:.]+(?:%[\w.-]+)?)\]|(?!tls:|\d+(?::|$))([\w.-]+))(?::(\d{1,5}))?$/;
const PORT_ALONE = /^(tls:)?(\d{1,5})$/;

/** An address as the setting `listen` has it: `HOST:PORT`, `tls:HOST:PORT`, IPv6 in brackets. Undefined if it is none. */
export function parseEndpoint(text: string): Endpoint | undefined {
  const [, prefix = '', bare] = /^(tls:)?([\da-fA-F:.]+)$/.exec(text) ?? [];
  const [, tls, bracketed, name, port] = FORM.exec(bare && isIPv6(bare) ? `${prefix}[${bare}]` : text) ?? [];
  const host = bracketed ?? name;
  if (host === undefined || (bracketed !== undefined && !isIPv6(bracketed))) return undefined;
  const secure = tls !== undefined;
  const number = port === undefined ? defaultPort(secure) : Number(port);
  return number > 65_535 ? undefined : { secure, host, port: number };
}

export const endpointText = ({ secure, host, port }: Endpoint): string =>
  `${secure ? 'tls:' : ''}${isIPv6(host) ? `[${host}]` : host}:${port}`;

/** The address that is probably meant by a port alone; undefined for anything else. */
export function endpointMeant(text: string): string | undefined {
  const [, prefix = '', port] = PORT_ALONE.exec(text) ?? [];
  const meant = `${prefix}127.0.0.1:${port}`;
  return port !== undefined && parseEndpoint(meant) ? meant : undefined;
}

/** An address that is one, in full. */
export function endpointForm(text: string): string {
  const endpoint = parseEndpoint(text);
  return endpoint ? endpointText(endpoint) : text;
}

/** What `listen` says. */
export const endpointsOf = ({ listen }: { readonly listen: readonly string[] }): Endpoint[] =>
  listen.flatMap((text) => parseEndpoint(text) ?? []);

/** The address that a daemon is named by: the first in clear text, else the first. */
export const mainEndpoint = (endpoints: readonly Endpoint[]): Endpoint =>
  endpoints.find(({ secure }) => !secure) ?? endpoints[0]!;
