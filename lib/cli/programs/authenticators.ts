import { type Authenticator, pamAuthenticator, usersFile } from '../../login/index.ts';
import type { Settings } from '../../settings/index.ts';

/** Whether accounts of the machine log in. */
export const bySystem = ({ authenticator, users }: Settings): boolean =>
  authenticator === 'pam' || (authenticator === 'auto' && users === '');

/** What checks the logins of a daemon. @throws Error if the settings or a file do not let it be */
export const authenticatorFor = (settings: Settings): Promise<Authenticator> =>
  bySystem(settings) ? pamAuthenticator(settings) : ownUsers(settings);

/** SECURITY: commands of a users file run as this account, so root would make every user of it root. */
async function ownUsers({ users, allowRoot }: Settings): Promise<Authenticator> {
  if (process.getuid?.() === 0 && !allowRoot)
    throw new Error(
      `users file ${users}: every user of it would run commands as root; run rexecd as another account ("chown ACCOUNT ${users}", then "setpriv --reuid=ACCOUNT --regid=ACCOUNT --init-groups rexecd ..."), or set allowRoot`,
    );
  return usersFile(users);
}

/** Who may log in, in words. */
export const usersOf = (settings: Settings): string =>
  bySystem(settings)
    ? `accounts of this machine, PAM service ${settings.pamService}`
    : `users file ${settings.users}; commands run as this account`;
