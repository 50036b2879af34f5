import { gzipSync } from 'node:zlib';
import { SETTINGS_FILE, settingsTemplate } from '../../settings/index.ts';
import { initScript } from '../files/init-script.ts';
import { launchdPlist } from '../files/launchd-plist.ts';
import { logRotation } from '../files/log-rotation.ts';
import { PAM_SERVICE, type PamStyle, pamFile } from '../files/pam-file.ts';
import type { Program } from '../files/program.ts';
import { serviceUnit, socketUnit } from '../files/systemd-units.ts';
import { ServiceError } from '../service-error.ts';

/** A manual page; its name ends with its section: `rexecd.8`. */
export interface ManPage {
  readonly name: string;
  readonly text: string;
}

/** What the files are made from. */
export interface Ingredients {
  readonly program: Program;
  /** Text of the journal's message catalogue; empty: none. */
  readonly catalog: string;
  readonly manPages: readonly ManPage[];
  /** The library of messages for the event log of Windows. */
  readonly messages: Buffer;
}

/** A file of an installation. */
export interface InstalledFile {
  readonly path: string;
  readonly bytes: Buffer;
  readonly mode: number;
  /** The administrator's from the moment it is there: it is never written again. */
  readonly theirs: boolean;
}

export const INIT_SCRIPT = '/etc/init.d/rexecd';
export const LAUNCHD_PLIST = '/Library/LaunchDaemons/rexecd.plist';
export const CATALOG = '/usr/lib/systemd/catalog/rexecd.catalog';
const UNITS = '/lib/systemd/system';

/** Folders that are there though no file is put into them, by their modes. */
export const FOLDERS = { '/var/log/rexecd': 0o750, '/var/lib/rexecd': 0o700 } as const;

const file = (path: string, text: string | Buffer, mode = 0o644): InstalledFile => ({
  path,
  bytes: Buffer.from(text),
  mode,
  theirs: false,
});
const theirs = (path: string, text: string): InstalledFile => ({ ...file(path, text), theirs: true });

/** Every file of an installation, in the order in which they are written. */
export function installationFor(
  platform: NodeJS.Platform,
  { program, catalog, manPages }: Ingredients,
  pamStyle: PamStyle,
): InstalledFile[] {
  const settings = theirs(SETTINGS_FILE, settingsTemplate());
  if (platform === 'darwin') return [settings, file(LAUNCHD_PLIST, launchdPlist(program))];
  return [
    settings,
    theirs(PAM_SERVICE, pamFile(pamStyle)),
    file(`${UNITS}/rexecd.service`, serviceUnit(program)),
    file(`${UNITS}/rexecd.socket`, socketUnit()),
    file(INIT_SCRIPT, initScript(program), 0o755),
    file('/etc/logrotate.d/rexecd', logRotation()),
    ...(catalog === '' ? [] : [file(CATALOG, catalog)]),
    ...manPages.map(manPage),
  ];
}

function manPage({ name, text }: ManPage): InstalledFile {
  const section = /^[\w.-]+\.([158])$/.exec(name)?.[1];
  if (section === undefined) throw new ServiceError(`manual page ${name}: the name must end in .1, .5 or .8`);
  return file(`/usr/share/man/man${section}/${name}.gz`, gzipSync(text, { level: 9 }));
}
