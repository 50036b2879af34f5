import { readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { INSTALLED_FILES, SERVICE_NAME } from '../../base/index.ts';
import { deleteMachineKey, InstalledService } from '../../native/index.ts';
import { settingsTemplate } from '../../settings/index.ts';
import type { ServiceOptions } from '../install/install.ts';
import { Report } from '../install/report.ts';
import { FOLDER, MESSAGE_FILE, SOURCE_KEY } from './installed-files.ts';
import { stopAndWait } from './waiting.ts';

/**
 * Stops the service and takes it away, with the messages of its events, its settings if nobody changed them, and its
 * folder if nothing else is in it.
 *
 * @returns what was done, line by line
 * @throws ServiceError that names what failed, and why
 */
export async function removeOnWindows(options: ServiceOptions): Promise<string[]> {
  const report = new Report(options);
  await takeService(report);
  await report.do('delete', `HKLM\\${SOURCE_KEY}`, async () => {
    deleteMachineKey(SOURCE_KEY);
  });
  const gone = new Set<string>(); // in a dry run they are there all the same
  const take = async (path: string): Promise<void> => {
    gone.add(path);
    await report.do('delete', path, () => rm(path));
  };
  const left = (await readdir(FOLDER).catch(() => undefined))?.map((name) => join(FOLDER, name));
  if (left?.includes(MESSAGE_FILE)) await take(MESSAGE_FILE);
  if (left?.includes(INSTALLED_FILES.settings)) {
    const isOurs = (await readFile(INSTALLED_FILES.settings, 'utf8')) === settingsTemplate();
    if (isOurs) await take(INSTALLED_FILES.settings);
    else await report.do('keep', `${INSTALLED_FILES.settings} (changed since it was installed)`);
  }
  if (!left) return report.lines;
  if (left.some((path) => !gone.has(path))) await report.do('keep', `${FOLDER} (not empty)`);
  else await report.do('delete', FOLDER, () => rmdir(FOLDER));
  return report.lines;
}

async function takeService(report: Report): Promise<void> {
  const service = InstalledService.open(SERVICE_NAME);
  if (!service) return report.say(`nothing to remove: there is no service ${SERVICE_NAME}`);
  try {
    if (service.state.state !== 'stopped')
      await report.do('stop', `${SERVICE_NAME} (net stop ${SERVICE_NAME})`, () => stopAndWait(service));
    await report.do('delete', `service ${SERVICE_NAME}`, async () => service.delete());
  } finally {
    service.close();
  }
}
