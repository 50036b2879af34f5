import { Transform, type TransformCallback } from 'node:stream';
import type { ExitStatus, StderrFrame } from './frames.ts';
import { NUL } from './grammar.ts';

/** Longest exit status in bytes, its NUL and newline included: `\0signal SIGRTMAX-14\n` with room to spare. */
export const LONGEST_STATUS = 32;
const COMPLETE = /^\0(?:exit (?<code>\d{1,3})|signal (?<signal>[A-Z0-9+-]+))\n$/;

/**
 * Bytes of the stderr channel in, {@link StderrFrame}s out.
 *
 * An exit status counts only as the very last bytes, so a command cannot forge one: whatever it writes, the daemon's
 * own comes after. Bytes that may be its beginning (32 at most) are held until the next chunk or the end decides.
 * Never fails; a daemon that sends no status just gives stderr.
 */
export class StderrDecoder extends Transform {
  #held = Buffer.alloc(0); // the tail that may be an exit status

  constructor() {
    super({ readableObjectMode: true, readableHighWaterMark: 1, writableHighWaterMark: 1 });
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const bytes = Buffer.concat([this.#held, chunk]);
    const start = statusStart(bytes);
    this.#held = bytes.subarray(start);
    this.#pushStderr(bytes.subarray(0, start));
    done();
  }

  override _flush(done: TransformCallback): void {
    const status = readExitStatus(this.#held);
    if (status) this.push(status);
    else this.#pushStderr(this.#held);
    done();
  }

  #pushStderr(chunk: Buffer): void {
    if (chunk.length > 0) this.push({ type: 'stderr', chunk } satisfies StderrFrame);
  }
}

/** Offset of the tail that is, or may become, an exit status; the length where none is. */
function statusStart(bytes: Buffer): number {
  const tail = Math.max(0, bytes.length - LONGEST_STATUS);
  const nul = bytes.subarray(tail).lastIndexOf(NUL);
  return nul !== -1 && mayBecomeStatus(bytes.toString('latin1', tail + nul)) ? tail + nul : bytes.length;
}

/** Whether `text` is the beginning of an exit status, or all of it; latin1. */
export function mayBecomeStatus(text: string): boolean {
  return ['\0exit ', '\0signal '].some((head) =>
    text.length < head.length
      ? head.startsWith(text)
      : text.startsWith(head) && /^[A-Z0-9+-]*\n?$/.test(text.slice(head.length)),
  );
}

function readExitStatus(bytes: Buffer): ExitStatus | undefined {
  const { code, signal } = COMPLETE.exec(bytes.toString('latin1'))?.groups ?? {};
  if (signal !== undefined) return { type: 'signaled', signal };
  return code !== undefined && Number(code) <= 255 ? { type: 'exited', code: Number(code) } : undefined;
}
