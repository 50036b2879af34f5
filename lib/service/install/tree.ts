import { constants } from 'node:fs';
import { access, chmod, lstat, mkdir, readdir, readFile, realpath, rm, rmdir } from 'node:fs/promises';
import { isAbsolute, join, posix, relative, resolve, sep } from 'node:path';
import { codeOf, makeFolder } from '../../base/index.ts';
import { replaceFile } from '../../files/index.ts';
import { attempt } from '../attempt.ts';
import { ServiceError } from '../service-error.ts';

/** The files of this machine, or of one that is put together in a folder. Every failure is a {@link ServiceError}. */
export class Tree {
  readonly root: string;

  constructor(root: string) {
    this.root = resolve(root);
  }

  get isThisMachine(): boolean {
    return this.root === resolve('/');
  }

  /** Where a path of the machine really is. */
  at(path: string): string {
    return join(this.root, path);
  }

  /** The bytes of a file; 'other' if the path is something else, undefined if it does not exist. */
  async read(path: string): Promise<Buffer | 'other' | undefined> {
    return attempt(`read ${this.at(path)}`, async () => {
      const stats = await unlessMissing(lstat(this.at(path)));
      if (!stats) return undefined;
      return stats.isFile() ? readFile(this.at(path)) : 'other';
    });
  }

  async has(path: string): Promise<boolean> {
    return (await unlessMissing(access(this.at(path), constants.F_OK).then(() => true))) ?? false;
  }

  /** Puts a file in its place at once, or not at all. */
  async write(path: string, bytes: Buffer, mode: number): Promise<void> {
    const there = this.at(path);
    await this.#withoutLinks(posix.dirname(path));
    await attempt(`write ${there}`, () => replaceFile(there, bytes, mode));
  }

  /** The folders that are missing on the way to a path, itself included, without links; the outermost first. */
  async missingFolders(path: string): Promise<string[]> {
    const names: string[] = [];
    let there = path;
    for (; there !== '/' && !(await this.has(there)); there = posix.dirname(there))
      names.unshift(posix.basename(there));
    const base = there === '/' ? there : await this.#withoutLinks(there);
    return names.map((_, index) => posix.join(base, ...names.slice(0, index + 1)));
  }

  /** The path that leads to the same place without a link on the way. */
  async plain(path: string): Promise<string> {
    return posix.join(await this.#withoutLinks(posix.dirname(path)), posix.basename(path));
  }

  async makeFolder(path: string, mode: number): Promise<void> {
    const there = this.at(path);
    await attempt(`make ${this.root}`, async () => makeFolder(this.root));
    await this.#withoutLinks(posix.dirname(path));
    await attempt(`make ${there}`, async () => {
      await mkdir(there);
      await chmod(there, mode); // whatever the umask
    });
  }

  async delete(path: string): Promise<void> {
    await this.#withoutLinks(posix.dirname(path));
    await attempt(`delete ${this.at(path)}`, () => rm(this.at(path)));
  }

  /** Paths of what is in a folder; undefined if it does not exist. */
  async list(folder: string): Promise<string[] | undefined> {
    const names = await attempt(`read ${this.at(folder)}`, () => unlessMissing(readdir(this.at(folder))));
    return names?.map((name) => posix.join(folder, name));
  }

  async deleteFolder(path: string): Promise<void> {
    await this.#withoutLinks(posix.dirname(path));
    await attempt(`delete ${this.at(path)}`, () => rmdir(this.at(path)));
  }

  /** SECURITY: a link in the folder that a machine is put together in must not lead to files of this one. */
  async #withoutLinks(folder: string): Promise<string> {
    const [root, real] = await attempt(`use ${this.at(folder)}`, () =>
      Promise.all([realpath(this.root), realpath(this.at(folder))]),
    );
    const path = relative(root, real);
    if (path.startsWith('..') || isAbsolute(path))
      throw new ServiceError(`${this.at(folder)} leads outside ${this.root}, to ${real}`);
    return posix.join('/', ...path.split(sep));
  }
}

async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
