import type { Authenticator, Verdict } from '../authenticator.ts';
import { type BelongsTo, byCommonName, readCertificateUsers } from './users.ts';

export interface CertificateOptions {
  /** What proves who a peer is that came by TLS. */
  readonly tlsLogin: 'password' | 'either' | 'certificate' | 'both';
  /** File of {@link readCertificateUsers}; empty: the common name is the user. */
  readonly tlsUsers: string;
}

const refused = (cause: string): Verdict => ({ accepted: false, cause });

/**
 * Lets a certificate take the place of the password, or asks for it besides, as the options say. Peers that did not
 * come by TLS give their password. The file is read at each such login, so a change takes effect immediately.
 *
 * @throws CertificateUsersError when the file cannot be used
 */
export async function certificateLogin(
  passwords: Authenticator,
  { tlsLogin, tlsUsers }: CertificateOptions,
): Promise<Authenticator> {
  if (tlsLogin === 'password') return passwords;
  const belongs = async (): Promise<BelongsTo> =>
    tlsUsers === '' ? byCommonName : readCertificateUsers(tlsUsers);
  await belongs();
  return {
    ...(passwords.accountOf && { accountOf: (user) => passwords.accountOf!(user) }),
    async authenticate(credentials) {
      const { certificate, user } = credentials;
      if (certificate === undefined) return passwords.authenticate(credentials);
      const fault =
        certificate === null
          ? 'no certificate'
          : (await belongs())(certificate, user)
            ? undefined
            : `the certificate of ${certificate.subject} does not belong to the user`;
      if (fault === undefined)
        return passwords.authenticate({ ...credentials, vouched: tlsLogin !== 'both' });
      if (tlsLogin !== 'either') return refused(fault);
      const verdict = await passwords.authenticate(credentials);
      return verdict.accepted ? verdict : refused(`${verdict.cause}; ${fault}`);
    },
  };
}
