import { DEFAULT_TLS_PORT } from '../../codec/index.ts';
import { whole, yesOrNo, z } from './kinds.ts';

const file = (what: string) => z.string().default('').describe(what);

/** Settings of the listener that speaks TLS. */
export const TLS_SETTINGS = {
  tlsMode: z
    .enum(['off', 'beside', 'only'])
    .default('off')
    .describe(
      'TLS listener: "off", "beside" (TLS on tls.port, clear text on port), or "only" (TLS, no clear text)',
    ),
  tlsHost: z.string().min(1).default('127.0.0.1').describe('address to listen on for TLS'),
  tlsPort: whole(0, 65_535)
    .default(DEFAULT_TLS_PORT)
    .describe('TCP port to listen on for TLS; 0 picks a free port'),
  tlsCertificate: file(
    'PEM file with the certificate of the daemon, followed by its intermediate certificates',
  ),
  tlsKey: file('PEM file with the private key of the certificate, unencrypted; mode 640 or stricter'),
  tlsMinimumVersion: z
    .enum(['TLSv1.2', 'TLSv1.3'])
    .default('TLSv1.2')
    .describe('oldest TLS version that is accepted'),
  tlsClientCa: file(
    'PEM file with the authorities that client certificates must be signed by; required unless tls.login is "password"',
  ),
  tlsLogin: z
    .enum(['password', 'either', 'certificate', 'both'])
    .default('password')
    .describe(
      'what a TLS peer must present to log in: "password", "certificate", "either" of them, or "both"',
    ),
  tlsUsers: file(
    'file that maps client certificates to users; empty: the common name of the certificate is the user name',
  ),
  tlsConnectBack: yesOrNo
    .default(false)
    .describe(
      'open the stderr channel of a TLS peer that does not multiplex, although it is in clear text; otherwise such a request is refused',
    ),
} as const;
