import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { wordsOf } from '../../base/index.ts';
import type { Program } from '../files/program.ts';
import { ServiceError } from '../service-error.ts';

const OTHERS_WRITE = 0o022;
const STICKY = 0o1000;

/**
 * SECURITY: an account that can write the program of a service, or replace a folder on the way to it, is root at its
 * next start. One sentence for each path that is not root's.
 */
export async function strangersWhoCanWrite({ node, script }: Program): Promise<string[]> {
  const paths = new Set<string>();
  for (const program of [node, script])
    for (let path = program; !paths.has(path); path = dirname(path)) paths.add(path);
  const found: string[] = [];
  for (const path of paths) {
    const { uid, mode } = await stat(path).catch((cause) => {
      throw new ServiceError(`program ${path}: ${wordsOf(cause)}`, { cause });
    });
    if (uid !== 0) found.push(`${path} is owned by uid ${uid}, who can replace a program that runs as root`);
    else if (mode & OTHERS_WRITE && !(mode & STICKY))
      found.push(`${path} is writable by users other than root`);
  }
  return found;
}
