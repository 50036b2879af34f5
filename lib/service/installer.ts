import type { InstallOptions, ServiceOptions } from './install/install.ts';

/*
 * Installation and removal are loaded when they are asked for: the start of a daemon does not wait for them.
 */

/** See {@link import('./install/install.ts').install}. */
export async function install(options: InstallOptions): Promise<string[]> {
  const installation = await import('./install/install.ts');
  return installation.install(options);
}

/** See {@link import('./install/remove.ts').remove}. */
export async function remove(options: ServiceOptions): Promise<string[]> {
  const removal = await import('./install/remove.ts');
  return removal.remove(options);
}
