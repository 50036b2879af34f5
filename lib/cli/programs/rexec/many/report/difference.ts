import { isUtf8 } from 'node:buffer';
import { structuredPatch } from 'diff';

const CONTEXT = 3; // lines
const MOST_EDITS = 20_000;
const MS_EACH = 1000;
const MS_IN_ALL = 10_000;

/** Compares outputs, in bounded time: what takes longer is given whole. */
export class Differences {
  readonly #until = performance.now() + MS_IN_ALL;

  /** The lines of a unified diff, without the names of files; a line about it where there can be none. */
  between(from: Buffer, to: Buffer): string[] {
    if (!isUtf8(from) || !isUtf8(to)) return [`not text: ${from.length} and ${to.length} bytes`];
    const timeout = Math.min(MS_EACH, this.#until - performance.now());
    const limits = { context: CONTEXT, timeout, maxEditLength: MOST_EDITS };
    const text = to.toString('utf8');
    const patch =
      timeout > 0 ? structuredPatch('', '', from.toString('utf8'), text, '', '', limits) : undefined;
    if (!patch) return ['too different to compare; all of it:', ...text.replace(/\n$/, '').split('\n')];
    return patch.hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
      `@@ -${span(oldStart, oldLines)} +${span(newStart, newLines)} @@`,
      ...lines,
    ]);
  }
}

/** As diff(1) has it: a single line without its number of lines, no line after the one before. */
const span = (start: number, lines: number): string =>
  lines === 1 ? `${start}` : `${lines === 0 ? start - 1 : start},${lines}`;
