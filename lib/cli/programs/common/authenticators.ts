import { isWindows } from '../../../base/index.ts';
import {
  type Authenticator,
  hasPamService,
  mustBeRealWindows,
  pamAuthenticator,
  usersFile,
  windowsAuthenticator,
} from '../../../login/index.ts';
import { keyOf, type Resolved, type Settings } from '../../../settings/index.ts';

/** The PAM service of other rexec daemons, and of earlier versions of this one. */
const OTHER_SERVICE = 'rexec';

/**
 * The settings with the PAM service that is used. Rules for logins that an administrator wrote for the service `rexec`
 * stay in force until there is a file for ours, or the setting says otherwise.
 *
 * @throws Error on Windows if the accounts of the machine are to log in, and cannot
 */
export async function settingsOfLogins({
  settings,
  origins,
}: Pick<Resolved, 'settings' | 'origins'>): Promise<Settings> {
  if (isWindows) {
    if (bySystem(settings)) await checkWindows(settings);
    return settings;
  }
  const isOurs = origins.pamService !== 'default' || hasPamService(settings.pamService);
  return isOurs || !hasPamService(OTHER_SERVICE) ? settings : { ...settings, pamService: OTHER_SERVICE };
}

async function checkWindows({ authenticator, tlsLogin }: Settings): Promise<void> {
  if (authenticator === 'pam')
    throw new Error(
      'login.authenticator "pam" is not for Windows, which has no PAM; set "system" or "users"',
    );
  if (tlsLogin === 'either' || tlsLogin === 'certificate')
    throw new Error(`tls.login "${tlsLogin}": accounts of Windows need a password; set "password" or "both"`);
  await mustBeRealWindows();
}

/** Whether accounts of the machine log in. */
export const bySystem = ({ authenticator, users }: Settings): boolean =>
  authenticator === 'system' || authenticator === 'pam' || (authenticator === 'auto' && users === '');

/** What checks the logins of a daemon. @throws Error if the settings or a file do not let it be */
export function authenticatorFor(settings: Settings): Promise<Authenticator> {
  if (!bySystem(settings)) return ownUsers(settings);
  return isWindows ? windowsAuthenticator(settings) : pamAuthenticator(settings);
}

/** SECURITY: commands of a users file run as this account, so root would make every user of it root. */
async function ownUsers({ users, allowRoot }: Settings): Promise<Authenticator> {
  if (process.getuid?.() === 0 && !allowRoot)
    throw new Error(
      `users file ${users}: every user of it would run commands as root; run rexecd as another account ("chown ACCOUNT ${users}", then "setpriv --reuid=ACCOUNT --regid=ACCOUNT --init-groups rexecd ..."), or set ${keyOf('allowRoot')}`,
    );
  return usersFile(users);
}

/** Who may log in, in words. */
export const usersOf = (settings: Settings): string =>
  !bySystem(settings)
    ? `users file ${settings.users}; commands run as this account`
    : isWindows
      ? 'accounts of this machine, by Windows'
      : `accounts of this machine, PAM service ${settings.pamService}`;
