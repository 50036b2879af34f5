import { setTimeout as delay } from 'node:timers/promises';
import { SERVICE_NAME } from '../../base/index.ts';
import type { InstalledService } from '../../native/index.ts';
import { ServiceError } from '../service-error.ts';

const LOOK_MS = 100;
/** A service that gives no sign of life for so long hangs. */
const PATIENCE_MS = 30_000;

/** Starts a service, and waits until it serves. @throws ServiceError if it ends instead, or hangs */
export async function startAndWait(service: InstalledService): Promise<void> {
  service.start();
  const { state, exitCode } = await settled(service, 'starting');
  if (state !== 'running')
    throw new ServiceError(
      `the service did not start (exit code ${exitCode}); its event log says why, and so does "rexecd -debug"`,
    );
}

/** Stops a service, and waits until its last command is gone. @throws ServiceError if it hangs */
export async function stopAndWait(service: InstalledService): Promise<void> {
  service.stop();
  const { state } = await settled(service, 'stopping');
  if (state !== 'stopped') throw new ServiceError(`the service is still ${state}`);
}

/** Once its state is neither this one nor the one before it changes. */
async function settled(service: InstalledService, passing: 'starting' | 'stopping') {
  let last = -1;
  let end = 0;
  for (;;) {
    const now = service.state;
    const isPassing = now.state === passing || (passing === 'stopping' && now.state === 'running');
    if (!isPassing) return now;
    if (now.checkpoint !== last) end = performance.now() + PATIENCE_MS;
    last = now.checkpoint;
    if (performance.now() > end)
      throw new ServiceError(`service ${SERVICE_NAME} is ${passing} and gives no sign of life`);
    await delay(LOOK_MS);
  }
}
