import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { wordsOf } from '../../base/index.ts';
import { ServiceError } from '../service-error.ts';

/** sudo and su may leave out the folders of the administrator's programs. */
const searchPath = (): string => `${process.env.PATH ?? ''}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin`;

export const hasProgram = (name: string): boolean =>
  searchPath()
    .split(':')
    .some((folder) => existsSync(join(folder, name)));

export async function succeeds(file: string, ...words: readonly string[]): Promise<boolean> {
  return run(file, ...words).then(
    () => true,
    () => false,
  );
}

/** What a program says on its standard output. @throws ServiceError with what it said when it fails */
export async function run(file: string, ...words: readonly string[]): Promise<string> {
  try {
    const env = { ...process.env, PATH: searchPath() };
    return (await promisify(execFile)(file, words, { env, cwd: '/' })).stdout;
  } catch (cause) {
    const { stderr = '', stdout = '' } = cause as { stderr?: string; stdout?: string };
    const said = stderr.trim() || stdout.trim() || wordsOf(cause);
    throw new ServiceError(`${[file, ...words].join(' ')}: ${said}`, { cause });
  }
}
