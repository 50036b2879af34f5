import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { reasonOf } from '../../../base/index.ts';
import { readSharedPassword, readTlsMaterial } from '../../../daemon/index.ts';
import { certificateLogin } from '../../../login/index.ts';
import { endpointsOf, type Resolved } from '../../../settings/index.ts';
import { authenticatorFor, settingsOfLogins } from './authenticators.ts';

/**
 * Why a daemon would not start with settings, as far as files tell: whether a port is free is known only when it is
 * listened on. The caller may be root where the daemon is not.
 */
export async function faultOf(resolved: Pick<Resolved, 'settings' | 'origins'>): Promise<string | undefined> {
  try {
    const settings = await settingsOfLogins(resolved);
    const { logSinks, logFile } = settings;
    if (endpointsOf(settings).some(({ secure }) => secure)) await readTlsMaterial(settings);
    await readSharedPassword(settings);
    await certificateLogin(await authenticatorFor({ ...settings, allowRoot: true }), settings);
    if (logSinks.includes('file') && !existsSync(dirname(logFile)))
      throw new Error(`log.file ${logFile}: the folder ${dirname(logFile)} does not exist`);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}
