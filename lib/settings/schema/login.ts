import { INSTALLED_FILES } from '../../base/index.ts';
import { number, path, whole, z } from '../kinds.ts';

/** How logins are checked. */
export const LOGIN = {
  users: path('')
    .default(INSTALLED_FILES.users)
    .describe(
      'users file: accounts that exist only in this daemon; their commands run as the account that runs rexecd; empty: none',
    ),
  authenticator: z
    .enum(['auto', 'system', 'pam', 'users'])
    .default('auto')
    .describe(
      'what checks passwords: "users" (the users file), "system" (accounts of this machine, by PAM or Windows), "pam" (the same, not on Windows), or "auto" (the users file if one is set, else "system")',
    ),
  pamService: z
    .string()
    .regex(/^[\w.-]+$/, 'a file name in /etc/pam.d')
    .default('rexecd')
    .describe(
      'PAM service that checks logins; unless it is set, "rexec" is used while only /etc/pam.d/rexec exists',
    ),
  loginThreads: whole(1, 256)
    .default(16)
    .describe('how many logins are checked at the same time; the rest wait their turn'),
  loginSeconds: number(1, 3600)
    .default(30)
    .describe('seconds PAM or Windows may take to check a login; after that the login is refused'),
  refusalSeconds: number(0, 60)
    .default(1)
    .describe(
      'shortest time a refusal of a login takes, in seconds; longer ones are rounded up to a multiple, so that the time does not reveal the cause; 0: no delay',
    ),
  charset: z
    .string()
    .refine(isCharset, 'a character set that TextDecoder knows')
    .default('utf-8')
    .describe('character set of user names, and of commands in the log'),
} as const;

function isCharset(label: string): boolean {
  try {
    new TextDecoder(label);
    return true;
  } catch {
    return false;
  }
}
