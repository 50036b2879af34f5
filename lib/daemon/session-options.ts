import type { Events } from '../events/index.ts';
import {
  type Authenticator,
  certificateLogin,
  type LockedOut,
  Login,
  type LoginLockout,
} from '../login/index.ts';
import type { SessionOptions } from '../orchestrator/index.ts';
import type { Settings } from '../settings/index.ts';

/** What the sessions of a daemon have besides its settings. */
export interface SessionParts extends Pick<SessionOptions, 'front' | 'runner'> {
  readonly authenticator: Authenticator;
  readonly lockout: LoginLockout;
  readonly events: Events;
}

/** What each session needs. @throws CertificateUsersError */
export async function sessionOptions(
  settings: Settings,
  { authenticator, lockout, events, ...parts }: SessionParts,
): Promise<SessionOptions> {
  const onLockout = ({ times: _, ...lockedOut }: LockedOut) => events.emit('lockedOut', lockedOut);
  const { refusalSeconds, loginThreads } = settings;
  const authenticators = await certificateLogin(authenticator, settings);
  const login = new Login(authenticators, { refusalSeconds, loginThreads, lockout, onLockout });
  return { ...settings, ...parts, login, events };
}
