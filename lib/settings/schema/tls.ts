import { path, yesOrNo, z } from '../kinds.ts';

const file = (what: string) => path('').default('').describe(what);

/** Settings of the listener that speaks TLS. */
export const TLS = {
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
