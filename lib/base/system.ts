/** Whether this is Windows: the one place that asks, besides functions that get the platform. */
export const isWindows = process.platform === 'win32';

/** Where the files of an installed daemon are. */
export interface InstalledFiles {
  readonly settings: string;
  readonly policy: string;
  /** Empty: there is none unless a setting names it. */
  readonly users: string;
  readonly log: string;
}

/** @param programData of Windows: the folder for what programs keep for the whole machine */
export function installedFilesOn(platform: NodeJS.Platform, programData = 'C:\\ProgramData'): InstalledFiles {
  if (platform !== 'win32')
    return {
      settings: '/etc/rexecd/rexecd.toml',
      policy: '/etc/rexecd/policy.toml',
      users: '',
      log: '/var/log/rexecd/rexecd.log',
    };
  const folder = `${programData}\\rexecd`;
  return {
    settings: `${folder}\\rexecd.toml`,
    policy: `${folder}\\policy.toml`,
    users: `${folder}\\users`, // Windows has no PAM: a daemon without settings serves these
    log: `${folder}\\rexecd.log`,
  };
}

export const INSTALLED_FILES: InstalledFiles = installedFilesOn(process.platform, process.env.ProgramData);

/** The name of the service on Windows, also of its source in the event log. */
export const SERVICE_NAME = 'rexecd';
