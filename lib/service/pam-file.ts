/** How a distribution keeps what its PAM services share: `common-auth`, `system-auth`, or not at all. */
export type PamStyle = 'debian' | 'redhat' | 'plain';

const SHARED: Readonly<Record<PamStyle, (type: 'auth' | 'account') => string>> = {
  debian: (type) => `@include common-${type}`,
  redhat: (type) => `${type.padEnd(8)} substack  system-auth`,
  plain: (type) => `${type.padEnd(8)} required  pam_unix.so`,
};

/** The PAM service of rexecd's logins. */
export const pamFile = (style: PamStyle): string => `#%PAM-1.0
# Logins of rexecd(8): passwords that arrive in clear text. Written by "rexecd -install", never overwritten.

# Let only root log in while /etc/nologin exists.
auth     required  pam_nologin.so
auth     required  pam_env.so
${SHARED[style]('auth')}

${SHARED[style]('account')}

# Limits, environment and umask of the commands. The session modules that all logins share are left out: they may open
# a desktop session, which a remote command is not.
session  required  pam_limits.so
session  optional  pam_env.so
session  optional  pam_umask.so
`;
