import { DEFAULT_PORT } from '../../../codec/index.ts';
import { parseNetwork } from '../../base/index.ts';
import { endpointForm, parseEndpoint } from '../endpoint.ts';
import { list, path, z } from '../kinds.ts';

/** Where the daemon listens, and where it takes orders. These stand outside the tables of the file. */
export const LISTEN = {
  listen: list(
    z
      .string()
      .refine(
        (text) => parseEndpoint(text) !== undefined,
        'addresses, such as "127.0.0.1:512" or "tls:[::]:10512"',
      )
      .overwrite(endpointForm),
  )
    .refine((endpoints) => endpoints.length > 0, 'at least one address')
    .default([`127.0.0.1:${DEFAULT_PORT}`])
    .describe(
      'addresses to listen on: "HOST:PORT" in clear text, "tls:HOST:PORT" for TLS; 0.0.0.0 or [::] means every interface, port 0 a free port, and without a port it is 512, for TLS 10512',
    ),
  proxyFrom: list(
    z
      .string()
      .refine(
        (text) => (parseNetwork(text)?.prefix ?? 0) > 0,
        'addresses and networks, such as "10.0.0.0/8", but not all addresses',
      ),
  )
    .default([])
    .describe(
      'addresses and networks of proxies, such as HAProxy, that send a PROXY header (version 1 or 2) first: from them one must come, and the peer is who it names; from all others none may come; empty: no proxies',
    ),
  control: path('auto', 'off')
    .default('auto')
    .describe(
      'control socket, which "rexecd sessions" and the like connect to: "auto" (for root, /run/rexecd/PORT.sock), "off", or a path',
    ),
  readerAccount: z
    .string()
    .regex(/^[a-z_][\w-]{0,31}$/i, 'an account name')
    .default('rexecd')
    .describe(
      'account without privilege that reads what peers send before they have logged in; only root can use another one than its own',
    ),
} as const;
