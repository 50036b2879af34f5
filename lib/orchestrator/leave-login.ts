import { reasonOf } from '../base/index.ts';
import type { Events } from '../events/index.ts';
import type { Grant } from '../login/index.ts';

/** Gives up what is open for a login, if it was accepted. Never rejects. */
export async function leaveLogin(grant: Grant | undefined, events: Events): Promise<void> {
  await grant?.end?.().catch((error) => {
    events.emit('loginSessionBroken', { user: grant.identity.user, cause: reasonOf(error) });
  });
}
