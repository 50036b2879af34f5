import { dirname, join } from 'node:path';
import { codeOf } from '../../../base/index.ts';
import { keptFolderOf, privateFolder } from '../../../control/index.ts';
import { readTrusted, replaceFile } from '../../../files/index.ts';
import type { Settings } from '../../../settings/index.ts';
import { controlPathOf } from '../common/control-path.ts';

const PACE_MS = 1000;
const AGAIN_MS = 10_000;
/** Of the time, while there is always something new to write. */
const LARGEST_SHARE = 1 / 20;

/** The file of that kind beside the control socket, or on Windows in a folder of the account; undefined for a daemon without one. */
export function keptPathOf(settings: Settings, port: number, kind: string): string | undefined {
  return settings.control === 'off'
    ? undefined
    : join(keptFolderOf(controlPathOf(settings, port)), `${port}.${kind}`);
}

/**
 * Something of the daemon's that outlives it, in a file that only its account can read: written at once after a change, and
 * then at most once a second. A write that fails is tried again.
 */
export class KeptFile {
  readonly path: string;
  readonly #failed: (error: unknown) => void;
  #content: (() => string) | undefined; // that is to be written
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  #next = 0; // when it may be written, by the monotonic clock
  #isFailing = false;
  #ended = false;

  /** @param failed called for the first of several writes that fail */
  constructor(path: string, failed: (error: unknown) => void = () => {}) {
    this.path = path;
    this.#failed = failed;
  }

  /**
   * Undefined if there is none.
   *
   * @throws Error if it cannot be read, or relied on
   */
  async read(): Promise<string | undefined> {
    try {
      await privateFolder(dirname(this.path));
      const bytes = await readTrusted(this.path, {
        forbidden: 0o077,
        rule: (mode) => `has mode ${mode}: it must not be accessible to others (chmod 600)`,
        links: false,
      });
      return bytes.toString('utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** @param content asked when it is written, so that it is the newest */
  save(content: () => string): void {
    this.#content = content;
    this.#schedule();
  }

  /** Writes what is not written yet, and nothing from then on. */
  async end(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    await this.#writing;
    if (this.#content) await this.#write(this.#content);
  }

  /** Writes nothing more: the file is another daemon's now. */
  leave(): void {
    this.#content = undefined;
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    if (this.#ended || this.#timer || this.#writing || !this.#content) return;
    const write = () => {
      this.#timer = undefined;
      this.#writing = this.#write(this.#content!).finally(() => {
        this.#writing = undefined;
        this.#schedule();
      });
    };
    this.#timer = setTimeout(write, Math.max(0, this.#next - performance.now())).unref();
  }

  async #write(content: () => string): Promise<void> {
    this.#content = undefined;
    const begin = performance.now();
    const text = content();
    const took = performance.now() - begin;
    this.#next = begin + Math.max(PACE_MS, took / LARGEST_SHARE);
    try {
      await privateFolder(dirname(this.path));
      await replaceFile(this.path, text, 0o600);
      this.#isFailing = false;
    } catch (error) {
      if (!this.#ended) this.#content ??= content;
      this.#next = begin + AGAIN_MS;
      if (!this.#isFailing) this.#failed(error);
      this.#isFailing = true;
    }
  }
}
