import { lstat, mkdir, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf, INSTALLED_FILES, SERVICE_NAME } from '../../base/index.ts';
import { privateRights, readByService, replaceFile, whoCanReplace } from '../../files/index.ts';
import { InstalledService, protectPath, setMachineValue } from '../../native/index.ts';
import { settingsTemplate } from '../../settings/index.ts';
import { attempt } from '../attempt.ts';
import { checkProgram, DAEMON_FLAGS, type Program } from '../files/program.ts';
import { mustBeFree, serviceSettings, startedLines } from '../install/endpoints.ts';
import type { InstallOptions } from '../install/install.ts';
import { Report } from '../install/report.ts';
import { ServiceError } from '../service-error.ts';
import { FOLDER, MESSAGE_FILE, SOURCE_KEY } from './installed-files.ts';
import { startAndWait } from './waiting.ts';

const DESCRIPTION = 'Remote execution service (rexec, TCP 512)';
const RESTART_MS = 3000;
const ALL_KINDS = 7; // of entries: errors, warnings, information

/**
 * Puts the service on this machine and starts it: its folder, which only SYSTEM and Administrators can change, its settings
 * unless they are there, the messages of its events, and the service itself.
 *
 * @returns what was done, line by line
 * @throws ServiceError that names what failed, and why
 */
export async function installOnWindows(options: InstallOptions): Promise<string[]> {
  const report = new Report(options);
  checkProgram(options.program, 'win32');
  for (const warning of await strangersWhoCanReplace(options.program)) report.say(`warning: ${warning}`);
  await makeFolder(report);
  await write(report, INSTALLED_FILES.settings, Buffer.from(settingsTemplate()), 'your configuration');
  await write(report, MESSAGE_FILE, options.messages, undefined);
  await report.do('write', `HKLM\\${SOURCE_KEY}`, async () => {
    setMachineValue(SOURCE_KEY, 'EventMessageFile', MESSAGE_FILE);
    setMachineValue(SOURCE_KEY, 'TypesSupported', ALL_KINDS);
  });
  await putService(report, options);
  return report.lines;
}

/** The line that the service control manager starts. */
export const serviceCommand = ({ node, script }: Program): string =>
  `"${node}" ${DAEMON_FLAGS.join(' ')} "${script}" --service --config "${INSTALLED_FILES.settings}"`;

async function putService(report: Report, { program, start = true }: InstallOptions): Promise<void> {
  const command = serviceCommand(program);
  let service = InstalledService.open(SERVICE_NAME);
  try {
    if (!service) {
      await report.do('make', `service ${SERVICE_NAME}, which starts with the machine`, async () => {
        service = InstalledService.create(SERVICE_NAME, command);
        service.describe(DESCRIPTION);
        if (!service.restartAfter(RESTART_MS))
          report.say('warning: this Windows restarts no service that fails');
      });
    } else if (service.command !== command) {
      const known = service;
      await report.do('write', `the command of service ${SERVICE_NAME}`, async () => {
        known.command = command;
      });
    } else report.say(`unchanged service ${SERVICE_NAME}`);
    if (start) await startIt(report, service);
  } finally {
    service?.close();
  }
}

async function startIt(report: Report, service: InstalledService | undefined): Promise<void> {
  if (service && service.state.state !== 'stopped')
    return report.say(
      `${SERVICE_NAME} is still running as before; to apply changes: net stop ${SERVICE_NAME}, net start ${SERVICE_NAME}`,
    );
  const resolved = await serviceSettings().catch(() => undefined); // the start says what is wrong with them
  if (resolved) await mustBeFree(resolved.settings);
  await report.do('start', `${SERVICE_NAME} (net start ${SERVICE_NAME})`, () => startAndWait(service!));
  if (report.dryRun || !resolved) return;
  for (const line of startedLines(resolved.settings)) report.say(line);
  report.say(`log: the event log, source ${SERVICE_NAME}`);
}

/** SECURITY: any user can make folders in ProgramData, and would own this one: what is there is taken over from nobody. */
async function makeFolder(report: Report): Promise<void> {
  if (await isThere(FOLDER)) {
    const stranger = (await lstat(FOLDER)).isDirectory() ? await whoCanReplace(FOLDER, true) : 'no folder';
    if (stranger !== undefined)
      throw new ServiceError(`${FOLDER} belongs to ${stranger}, or can be changed by it; move it away`);
    return report.say(`unchanged ${FOLDER}`);
  }
  await report.do('make', FOLDER, () =>
    attempt(`make ${FOLDER}`, async () => {
      await mkdir(FOLDER);
      protectPath(FOLDER, readByService(privateRights('BA')));
    }),
  );
}

/** @param theirs why a file that has another content is kept; without it, it is written over */
async function write(report: Report, path: string, bytes: Buffer, theirs: string | undefined): Promise<void> {
  const before = await readFile(path).catch(() => undefined);
  if (before?.equals(bytes)) return report.say(`unchanged ${path}`);
  if (before && theirs !== undefined) return report.do('keep', `${path} (${theirs})`);
  await report.do('write', path, () => attempt(`write ${path}`, () => replaceFile(path, bytes, 0o644)));
}

/** SECURITY: an account that can replace the program of a service has its rights at the next start. */
async function strangersWhoCanReplace({ node, script }: Program): Promise<string[]> {
  const paths = new Map<string, boolean>([
    [node, false],
    [script, false],
  ]);
  for (const file of [node, script])
    for (let path = dirname(file); !paths.has(path); path = dirname(path)) paths.set(path, true);
  const found: string[] = [];
  for (const [path, isFolder] of paths) {
    const stranger = await attempt(`use program ${path}`, () => whoCanReplace(path, isFolder));
    if (stranger !== undefined)
      found.push(`${path} belongs to ${stranger}, or can be replaced by it: it is run by the service`);
  }
  return found;
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    (error) => {
      if (codeOf(error) === 'ENOENT') return false;
      throw error;
    },
  );
