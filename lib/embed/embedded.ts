import { Daemon } from '../daemon/index.ts';
import { CATALOGUE, type Events } from '../events/index.ts';
import { type Authenticator, type Identity, ownIdentity } from '../login/index.ts';
import type { Settings } from '../settings/index.ts';
import { checkFunctions, settingsOf } from './check.ts';
import type { CreateDaemonOptions, DaemonEvent } from './types.ts';

export { settingsOf };

/**
 * The daemon of a program, which does not listen yet.
 *
 * @throws SettingsError that names the option and what is allowed
 */
export function embedded(
  { authenticate, launch, onEvent = () => {} }: CreateDaemonOptions,
  layer: Partial<Settings>,
): Daemon {
  checkFunctions({ authenticate, launch, onEvent });
  return new Daemon(settingsOf(layer), {
    authenticator: authenticatorOf(authenticate, launch ? accountless : ownIdentity),
    events: eventsFor(onEvent),
    ...(launch && { handler: launch }),
  });
}

function authenticatorOf(
  authenticate: CreateDaemonOptions['authenticate'],
  identityOf: (user: string) => Identity,
): Authenticator {
  return {
    async authenticate({ user, secret, address, certificate, vouched = false }) {
      const accepted = await authenticate({ user, password: secret.bytes, address, certificate, vouched });
      if (accepted !== true) return { accepted: false, cause: 'refused by the program' };
      return { accepted, identity: identityOf(user) };
    },
  };
}

/** Who logs in where nothing runs as an account: the name is all there is. */
const accountless = (user: string): Identity => ({
  user,
  uid: -1,
  gid: -1,
  groups: [],
  home: '',
  shell: null,
});

/** Events as objects, written nowhere. */
const eventsFor = (onEvent: (event: DaemonEvent) => void): Events => ({
  emit(name, fields) {
    const { id, level, text } = CATALOGUE[name];
    onEvent({ name, id, level, text, fields });
  },
});
