import { FrameDecoder } from '../frame-decoder.ts';
import { LONGEST_STATUS, mayBecomeStatus, readExitStatus, STATUS_START } from './exit-status.ts';
import type { StderrFrame } from './frames.ts';

const NOTHING = Buffer.alloc(0);

/**
 * Daemon bytes of the stderr channel in, {@link StderrFrame}s out.
 *
 * An exit status counts only as the very last bytes, so a command cannot forge one: whatever it writes, the daemon's
 * own comes after. Bytes that may be its beginning (32 at most) are held until the next chunk or the end decides.
 * Never fails; a daemon that sends no status just gives stderr.
 */
export class StderrDecoder extends FrameDecoder<StderrFrame> {
  #held = NOTHING; // the tail that may be an exit status

  /** Bytes of memory held, as they may be an exit status. */
  get heldBytes(): number {
    return this.#held.length;
  }

  protected override convert(chunk: Buffer): void {
    const bytes = this.#held.length === 0 ? this.owned(chunk) : Buffer.concat([this.#held, chunk]);
    const start = statusStart(bytes);
    this.#held = start < bytes.length ? Buffer.from(bytes.subarray(start)) : NOTHING;
    this.#giveStderr(bytes.subarray(0, start));
  }

  protected override convertEnd(): void {
    const status = readExitStatus(this.#held);
    if (status) this.give(status);
    else this.#giveStderr(this.#held);
  }

  protected override release(): void {
    this.#held = NOTHING;
  }

  #giveStderr(chunk: Buffer): void {
    if (chunk.length > 0) this.give({ type: 'stderr', chunk });
  }
}

/** Offset of the tail that is, or may become, an exit status; the length if there is none. */
function statusStart(bytes: Buffer): number {
  const tail = Math.max(0, bytes.length - LONGEST_STATUS);
  const nul = bytes.subarray(tail).lastIndexOf(STATUS_START);
  return nul !== -1 && mayBecomeStatus(bytes.toString('latin1', tail + nul)) ? tail + nul : bytes.length;
}
