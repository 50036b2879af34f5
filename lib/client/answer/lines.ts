import { GrowingBuffer } from './growing-buffer.ts';

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Longest line that is kept whole, in bytes. */
const LONGEST_LINE = 1024 * 1024;

/**
 * The lines that each chunk completes, their newlines included; at the end, what is left without one.
 * A line longer than `longest` bytes is given in pieces, so memory is bounded. An error comes after them.
 */
export async function* linesOf(
  chunks: AsyncIterable<Buffer>,
  longest: number = LONGEST_LINE,
): AsyncGenerator<readonly Buffer[], void, undefined> {
  const begun = new GrowingBuffer();
  let failure: { readonly error: unknown } | undefined;
  try {
    for await (const chunk of chunks) {
      const lines: Buffer[] = [];
      for (let start = 0; start < chunk.length; ) {
        const newline = chunk.indexOf(NEWLINE, start);
        const end = newline === -1 ? chunk.length : newline;
        const taken = Math.min(end, start + longest - begun.length);
        const next = taken === newline ? newline + 1 : taken;
        begun.add(chunk.subarray(start, next));
        start = next;
        // One that is just as long as may be waits for its newline.
        if (next > taken || (begun.length === longest && start < chunk.length)) lines.push(begun.take());
      }
      if (lines.length > 0) yield lines;
    }
  } catch (error) {
    failure = { error };
  }
  if (begun.length > 0) yield [begun.take()];
  if (failure) throw failure.error;
}

/** A line as text, without its newline, or its carriage return and newline. */
export function lineText(line: Buffer): string {
  const end = line.at(-1) === NEWLINE ? line.length - (line.at(-2) === CARRIAGE_RETURN ? 2 : 1) : line.length;
  return line.toString('utf8', 0, end);
}
