import type { Authenticator } from '../authenticator.ts';
import type { WindowsOptions } from './authenticator.ts';

// Loaded only where it is used: the system's functions bring koffi along.

/** SECURITY: the LogonUser of Wine says yes to everyone. @throws Error on Wine */
export async function mustBeRealWindows(): Promise<void> {
  const { isWine } = await import('../../native/index.ts');
  if (isWine())
    throw new Error('this is Wine, where any password lets anyone log in; set login.authenticator "users"');
}

/**
 * The accounts of Windows: it decides about the password and the account, the lists about the rest. Each login is a logon
 * of its own, with the profile of its account (rexecd(8) step 8).
 *
 * @throws Error on Wine
 */
export async function windowsAuthenticator(options: WindowsOptions): Promise<Authenticator> {
  await mustBeRealWindows();
  const { WindowsAuthenticator } = await import('./authenticator.ts');
  return new WindowsAuthenticator(options);
}
