import { createHash } from 'node:crypto';
import { reasonOf } from '../../base/index.ts';
import { ServiceError } from '../service-error.ts';
import type { Tree } from './tree.ts';

export const MANIFEST = '/var/lib/rexecd/manifest.json';

/** What an installation wrote and made, so that just this can be removed. */
export interface Manifest {
  readonly files: readonly Entry[];
  /** The outermost first. */
  readonly folders: readonly string[];
}

interface Entry {
  readonly path: string;
  readonly sha256: string;
  /** Of what is still there when the installation is cut short before it writes. */
  readonly before?: string | undefined;
}

export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Is a file as an installation wrote it? */
export function isOurs(entry: Entry | undefined, bytes: Buffer): boolean {
  const hash = sha256(bytes);
  return hash === entry?.sha256 || hash === entry?.before;
}

export const manifestBytes = (manifest: Manifest): Buffer =>
  Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`);

/** @throws ServiceError if it exists and cannot be used */
export async function readManifest(tree: Tree): Promise<Manifest | undefined> {
  const bytes = await tree.read(MANIFEST);
  if (bytes === undefined) return undefined;
  try {
    const manifest = JSON.parse(String(bytes)) as Manifest;
    for (const path of [...manifest.files.map((each) => each.path), ...manifest.folders])
      if (!/^(\/(?!\.{1,2}(\/|$))[^/]+)+$/.test(path))
        throw new Error(`${path} is not a plain absolute path`);
    if (!manifest.files.every((each) => /^[0-9a-f]{64}$/.test(each.sha256)))
      throw new Error('a SHA-256 hash is missing or malformed');
    return manifest;
  } catch (cause) {
    throw new ServiceError(`${tree.at(MANIFEST)}: ${reasonOf(cause)}`, { cause });
  }
}
