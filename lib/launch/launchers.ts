import type { Launcher, LauncherName } from './launcher.ts';

/** Each is loaded when it is asked for: one brings execa along, the other koffi. */
const LAUNCHERS: Readonly<Record<LauncherName, () => Promise<Launcher>>> = {
  execa: async () => (await import('./execa-launcher.ts')).execaLauncher,
  'posix-spawn': async () => (await import('./posix-spawn-launcher.ts')).posixSpawnLauncher(),
};

/** @throws Error where this system does not have it */
export const launcherNamed = (name: LauncherName): Promise<Launcher> => LAUNCHERS[name]();

/** The only one of Windows, whatever the setting says. */
export const windowsLauncher = async (): Promise<Launcher> =>
  (await import('./windows-launcher.ts')).windowsLauncher;
