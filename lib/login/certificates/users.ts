import { RexecError, reasonOf } from '../../base/index.ts';
import { plainText, readTrusted, type Trust } from '../../files/index.ts';
import { exactText } from '../../text/index.ts';

/** What is known of a peer by a certificate that was verified. */
export interface ClientCertificate {
  /** Its subject in one line, for the log. */
  readonly subject: string;
  readonly commonNames: readonly string[];
  /** SHA-256 of the certificate: 64 hexadecimal digits, in small letters. */
  readonly fingerprint: string;
}

/** A file of certificates' users that must not be trusted or cannot be read; the message names file, line and rule. */
export class CertificateUsersError extends RexecError {}

const TRUST: Trust = {
  what: 'certificate users file',
  forbidden: 0o022,
  rule: (mode) => `has mode ${mode}: it must not be writable by group or others (chmod go-w)`,
  links: true,
};
const FINGERPRINT = /^[0-9a-f]{64}$/;

/** Whether the certificate belongs to the user. */
export type BelongsTo = (certificate: ClientCertificate, user: string) => boolean;

/** Where no file says more: the common name is the user. */
export const byCommonName: BelongsTo = ({ commonNames }, user) => commonNames.includes(user);

/**
 * Reads which certificates are which users: lines `user:sha256:FINGERPRINT`, with colons in it or without, or
 * `user:cn:COMMON NAME`; `#` begins a comment. A user may have several lines, and a certificate several users.
 */
export async function readCertificateUsers(path: string): Promise<BelongsTo> {
  const bytes = await readTrusted(path, TRUST).catch((cause) => {
    throw new CertificateUsersError(reasonOf(cause), { cause });
  });
  const allowed = new Set<string>();
  for (const [index, line] of plainText(exactText(bytes)).split('\n').entries())
    if (line !== '' && !line.startsWith('#'))
      allowed.add(entryOf(line, `${TRUST.what} ${path} line ${index + 1}`));
  return ({ commonNames, fingerprint }, user) =>
    [`sha256:${fingerprint}`, ...commonNames.map((name) => `cn:${name}`)].some((each) =>
      allowed.has(`${user}:${each}`),
    );
}

function entryOf(line: string, where: string): string {
  const [, user, kind, value] = /^([^:]+):(sha256|cn):(.+)$/.exec(line) ?? [];
  const plain = kind === 'sha256' ? value!.replaceAll(':', '').toLowerCase() : value;
  if (plain === undefined || (kind === 'sha256' && !FINGERPRINT.test(plain)))
    throw new CertificateUsersError(`${where}: expected user:sha256:FINGERPRINT or user:cn:NAME`);
  return `${user}:${kind}:${plain}`;
}
