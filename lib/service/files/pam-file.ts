/** How a distribution keeps what its PAM services share: `common-auth`, `system-auth`, or not at all. */
export type PamStyle = 'debian' | 'redhat' | 'plain';

/** PAM service of our own name, and the one that other rexec daemons have, which we took before. */
export const PAM_SERVICE = '/etc/pam.d/rexecd';
export const FOREIGN_PAM_SERVICE = '/etc/pam.d/rexec';

type Type = 'auth' | 'account' | 'session';

const unix = (type: Type): string => `${type.padEnd(8)} required  pam_unix.so`;

/** Session modules that open a desktop session are not for remote commands, as they are not for cron. */
const SHARED: Readonly<Record<PamStyle, (type: Type) => string>> = {
  debian: (type) => `@include common-${type}${type === 'session' ? '-noninteractive' : ''}`,
  redhat: (type) => (type === 'session' ? unix(type) : `${type.padEnd(8)} substack  system-auth`),
  plain: unix,
};

/** Where the machine keeps the language of its logins. */
const LOCALE = {
  debian: '/etc/default/locale',
  redhat: '/etc/locale.conf',
  plain: '/etc/default/locale',
} as const satisfies Record<PamStyle, string>;

/** The PAM service of rexecd's logins. */
export const pamFile = (style: PamStyle): string => `#%PAM-1.0
# Logins of rexecd(8): passwords that arrive in clear text. Written by "rexecd -install", never overwritten.

# Let only root log in while /etc/nologin exists.
auth     required  pam_nologin.so
${SHARED[style]('auth')}

${SHARED[style]('account')}

# Who logged in, for audit(8), where the kernel lets it be set, and a keyring of the session.
session  optional  pam_loginuid.so
session  optional  pam_keyinit.so force revoke
${SHARED[style]('session')}
# Limits, umask and environment of the commands: /etc/environment, and the language of the machine.
session  required  pam_limits.so
session  optional  pam_umask.so
session  required  pam_env.so
session  required  pam_env.so envfile=${LOCALE[style]}
`;
