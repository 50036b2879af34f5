import { setTimeout as delay } from 'node:timers/promises';
import { codeOf } from '../base/index.ts';
import { ownRights, strangerTo } from '../files/index.ts';
import type { Security } from '../native/index.ts';

/** While others talk to the daemon, no instance of its pipe may be free. */
const PATIENCE_MS = 2000;
const AGAIN_MS = 20;

/**
 * Lets only SYSTEM, Administrators and this account open a named pipe of this process. Node.js makes it with the usual list,
 * by which everyone may open it to read and so take the places of callers; nobody else could send a command through it.
 *
 * @throws SystemError that names it
 */
export async function guardPipe(path: string): Promise<void> {
  const { protectPipe } = await import('../native/index.ts'); // only now: it loads koffi
  protectPipe(path, await ownRights());
}

/**
 * SECURITY: any account can make a pipe of this name before the daemon does, and would get what is sent to the daemon. Its
 * owner must be SYSTEM, Administrators or this account.
 *
 * @throws Error that names its owner; SystemError if there is none
 */
export async function mustBeOurPipe(path: string): Promise<void> {
  const { nameOfSid, ownSid } = await import('../native/index.ts');
  const stranger = strangerTo(await securityOnceFree(path), [], ownSid());
  if (stranger)
    throw new Error(
      `${path} was made by ${nameOfSid(stranger.sid)}, not by SYSTEM, Administrators or this account`,
    );
}

async function securityOnceFree(path: string): Promise<Security> {
  const { securityOfPipe } = await import('../native/index.ts');
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return securityOfPipe(path);
    } catch (error) {
      if (codeOf(error) !== 'EBUSY' || performance.now() >= end) throw error;
      await delay(AGAIN_MS);
    }
  }
}
