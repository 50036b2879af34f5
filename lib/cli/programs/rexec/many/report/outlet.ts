import { once } from 'node:events';
import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';
import { printableLines } from '../../../../../text/index.ts';
import type { Progress } from '../progress.ts';

/** A colour or a style of a terminal. */
export type Style = Parameters<typeof styleText>[0];

/** One of our own outputs, which many write to. */
export class Outlet {
  readonly #stream: NodeJS.WriteStream | WriteStream;
  readonly #progress: Progress;
  #drained: Promise<unknown> | undefined;

  constructor(stream: NodeJS.WriteStream, progress: Progress) {
    this.#stream = stream;
    this.#progress = progress;
  }

  /** Nothing of others comes between the bytes. Resolves when more can be taken. */
  async write(bytes: string | Buffer): Promise<void> {
    if (bytes.length === 0) return;
    const more = this.#progress.aside(() => this.#stream.write(bytes));
    if (!more)
      this.#drained ??= once(this.#stream, 'drain').finally(() => {
        this.#drained = undefined;
      });
    await this.#drained;
  }

  /** In a colour on a terminal that has them, unless NO_COLOR is set. */
  styled(style: Style, text: string): string {
    return styleText(style, text, { stream: this.#stream });
  }

  /** What a host wrote, as this output may have it: a terminal gets its control characters escaped. */
  shown(bytes: Buffer): Buffer {
    if (!this.#stream.isTTY) return bytes;
    return Buffer.from(printableLines(bytes.toString('utf8').replaceAll('\r\n', '\n')));
  }
}
