import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isWindows } from '../../../base/index.ts';
import { journalCatalogue, messageLibrary } from '../../../events/index.ts';
import { install, type ManPage, remove } from '../../../service/index.ts';

/** Where to install to, and how far. */
export interface ServiceFlags {
  readonly root?: string;
  readonly dryRun?: boolean;
  /** False: the files only. */
  readonly start?: boolean;
}

/** Installs and starts the service; says each deed in a line. */
export async function installService({
  root = '/',
  dryRun = false,
  start = true,
}: ServiceFlags): Promise<void> {
  const program = { node: process.execPath, script: process.argv[1]! };
  const tell = (line: string) => console.log(line);
  mustBeThisMachine(root);
  await install({
    ...{ root, dryRun, start, tell, program },
    ...{ catalog: journalCatalogue(), manPages: manPages(), messages: messageLibrary() },
  });
}

/** Stops the service and takes away what its installation put there. */
export async function removeService({ root = '/', dryRun = false }: ServiceFlags): Promise<void> {
  mustBeThisMachine(root);
  await remove({ root, dryRun, tell: (line) => console.log(line) });
}

function mustBeThisMachine(root: string): void {
  if (isWindows && root !== '/') throw new Error('--root cannot be used on Windows');
}

/** Pages that the build made; a checkout has none until then. */
function manPages(): ManPage[] {
  const folder = join(import.meta.dirname, '..', '..', '..', '..', 'man');
  try {
    return readdirSync(folder).map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
  } catch {
    return [];
  }
}
