import { createHash } from 'node:crypto';
import {
  chmodSync,
  constants,
  copyFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const CONTROL = 'DEBIAN';
const ANY_EXECUTE = 0o111;

/** The files of a Debian package in a folder, with the modes they are to have; folders have those of the umask. */
export class PackageTree {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  write(path: string, content: string | Buffer, mode = 0o644): void {
    const there = this.#at(path);
    writeFileSync(there, content);
    chmodSync(there, mode);
  }

  /** Compressed so that the same content gives the same file. */
  writeZipped(path: string, content: Buffer): void {
    this.write(path, gzipSync(content, { level: 9 }));
  }

  /** Copies a file, or a folder with everything in it except entries of these names. */
  copy(source: string, path: string, except: readonly string[] = []): void {
    const stats = statSync(source);
    if (stats.isDirectory()) {
      for (const name of readdirSync(source).filter((each) => !except.includes(each)))
        this.copy(join(source, name), `${path}/${name}`, except);
      return;
    }
    const there = this.#at(path);
    copyFileSync(source, there, constants.COPYFILE_FICLONE);
    chmodSync(there, stats.mode & ANY_EXECUTE ? 0o755 : 0o644);
  }

  /** A large program, which takes no room a second time where the file system lets it be in two places. */
  link(source: string, path: string): void {
    const isFit = (statSync(source).mode & 0o777) === 0o755; // one file has one mode in both places
    try {
      if (!isFit) throw new Error('another mode');
      linkSync(source, this.#at(path));
    } catch {
      this.copy(source, path);
    }
  }

  /** The file md5sums: of all files but those of dpkg itself. */
  checksums(): string {
    return this.#files()
      .map(
        (path) =>
          `${createHash('md5')
            .update(readFileSync(join(this.#folder, path)))
            .digest('hex')}  ${path}\n`,
      )
      .join('');
  }

  /** The room that the files take. */
  get kilobytes(): number {
    return this.#files().reduce(
      (sum, path) => sum + Math.ceil(statSync(join(this.#folder, path)).size / 1024),
      0,
    );
  }

  #files(folder = ''): string[] {
    return readdirSync(join(this.#folder, folder), { withFileTypes: true })
      .sort((one, other) => (one.name < other.name ? -1 : 1))
      .filter(({ name }) => folder !== '' || name !== CONTROL)
      .flatMap((entry) => {
        const path = join(folder, entry.name);
        return entry.isDirectory() ? this.#files(path) : [path];
      });
  }

  /** Where a path is; the folders on the way are made. */
  #at(path: string): string {
    const there = join(this.#folder, path);
    mkdirSync(dirname(there), { recursive: true });
    return there;
  }
}
