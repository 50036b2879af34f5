import { isWindows } from '../base/index.ts';
import type { InstallOptions, ServiceOptions } from './install/install.ts';

/*
 * Installation and removal are loaded when they are asked for: the start of a daemon does not wait for them.
 */

/** See {@link import('./install/install.ts').install}, and for Windows {@link import('./windows/install.ts').installOnWindows}. */
export async function install(options: InstallOptions): Promise<string[]> {
  if (isWindows) {
    const { installOnWindows } = await import('./windows/install.ts');
    return installOnWindows(options);
  }
  const installation = await import('./install/install.ts');
  return installation.install(options);
}

/** See {@link import('./install/remove.ts').remove}, and for Windows {@link import('./windows/remove.ts').removeOnWindows}. */
export async function remove(options: ServiceOptions): Promise<string[]> {
  if (isWindows) {
    const { removeOnWindows } = await import('./windows/remove.ts');
    return removeOnWindows(options);
  }
  const removal = await import('./install/remove.ts');
  return removal.remove(options);
}
