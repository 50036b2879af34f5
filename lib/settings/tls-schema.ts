import { whole, yesOrNo, z } from './kinds.ts';

const file = (what: string) => z.string().default('').describe(what);

/** Settings of the listener that speaks TLS. */
export const TLS_SETTINGS = {
  tlsMode: z
    .enum(['off', 'beside', 'only'])
    .default('off')
    .describe('listen for TLS: never, beside the port in clear text, or in its place'),
  tlsHost: z.string().min(1).default('127.0.0.1').describe('address to listen on for TLS'),
  tlsPort: whole(0, 65_535).default(10_512).describe('port to listen on for TLS; 0 takes a free one'),
  tlsCertificate: file('PEM file: the certificate of the daemon, and those between it and its authority'),
  tlsKey: file('PEM file: the private key of the certificate, not encrypted; others must not read it'),
  tlsMinimumVersion: z
    .enum(['TLSv1.2', 'TLSv1.3'])
    .default('TLSv1.2')
    .describe('the oldest version of TLS that is spoken'),
  tlsClientCa: file('PEM file: authorities whose certificates of clients count for tls.login'),
  tlsLogin: z
    .enum(['password', 'either', 'certificate', 'both'])
    .default('password')
    .describe('what proves who a peer is that comes by TLS: password, certificate, one of them, or both'),
  tlsUsers: file(
    'file that says which certificates are which users; without one the common name is the user',
  ),
  tlsConnectBack: yesOrNo
    .default(false)
    .describe(
      'connect the stderr channel back, in clear text, to a peer that came by TLS and does not multiplex',
    ),
} as const;
