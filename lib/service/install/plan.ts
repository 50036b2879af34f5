import { dirname } from 'node:path/posix';
import { FOLDERS, type InstalledFile } from './installation.ts';
import { isOurs, type Manifest, sha256 } from './manifest.ts';
import type { Tree } from './tree.ts';

/** What becomes of a file: it is written, stays as it is because it is that already, or is kept for a reason. */
export interface Plan {
  readonly file: InstalledFile;
  readonly keep?: string;
  /** sha256 of what an installation wrote there before, and is written over. */
  readonly before?: string;
}

export async function planFor(tree: Tree, file: InstalledFile, before: Manifest | undefined): Promise<Plan> {
  const there = await tree.read(file.path);
  if (there === undefined) return { file };
  if (there === 'other') return { file, keep: 'not a regular file' };
  if (there.equals(file.bytes)) return { file, keep: 'unchanged' };
  if (file.theirs) return { file, keep: 'your configuration' };
  const entry = before?.files.find(({ path }) => path === file.path);
  if (isOurs(entry, there)) return { file, before: sha256(there) };
  return { file, keep: entry ? 'changed since it was installed' : 'not installed by rexecd' };
}

/** Folders that are missing for the files and for the daemon, the outermost first. */
export async function missingFolders(tree: Tree, files: readonly InstalledFile[]): Promise<string[]> {
  const wanted = [...Object.keys(FOLDERS), ...files.map(({ path }) => dirname(path))];
  const missing = await Promise.all(wanted.map((folder) => tree.missingFolders(folder)));
  return [...new Set(missing.flat())];
}

export const modeOf = (folder: string): number => (FOLDERS as Record<string, number>)[folder] ?? 0o755;

/** The manifest of an installation over an earlier one. */
export function manifestOf(
  earlier: Manifest | undefined,
  written: readonly Plan[],
  made: readonly string[],
): Manifest {
  const entries = new Map(earlier?.files.map((entry) => [entry.path, entry]));
  for (const { file, before } of written)
    entries.set(file.path, { path: file.path, sha256: sha256(file.bytes), before });
  return { files: [...entries.values()], folders: [...new Set([...(earlier?.folders ?? []), ...made])] };
}
