import type { Identity } from '../login/index.ts';

/** Environment of a user's command: nothing of the daemon's own is in it. */
export type Environment = Readonly<Record<string, string>>;

const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin';
const ROOT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What a login sets before the profile is read (protocol.md 1.9). `RHOST` is the peer's numeric address. */
export function loginEnvironment(identity: Identity, peerAddress: string): Environment {
  return {
    HOME: identity.home,
    ...(identity.shell ? { SHELL: identity.shell } : {}),
    USER: identity.user,
    LOGNAME: identity.user,
    PATH: identity.uid === 0 ? ROOT_PATH : DEFAULT_PATH,
    RHOST: peerAddress,
  };
}
