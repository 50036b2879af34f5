import { CodecError } from '../errors.ts';
import { FieldBuffer } from '../field-buffer.ts';
import { FrameDecoder } from '../frame-decoder.ts';
import { DIAGNOSTIC_LIMIT } from '../limits.ts';
import type { ReplyFrame } from './frames.ts';
import { NEWLINE, readDiagnostic, readsAccepted } from './grammar.ts';

/**
 * Daemon bytes of the main connection in, {@link ReplyFrame}s out.
 *
 * `accepted` then any number of `stdout`, or one `refused` and nothing more. A diagnostic ends at its newline, at the
 * end of the stream, or at 1024 bytes; what follows it is dropped. Fails with a {@link CodecError}:
 * `REXEC_STATUS_INVALID` when the first byte is not a status, `REXEC_TRUNCATED` when there is none.
 */
export class ReplyDecoder extends FrameDecoder<ReplyFrame> {
  readonly #diagnostic = new FieldBuffer(NEWLINE);
  #state: 'status' | 'diagnostic' | 'stdout' | 'ended' = 'status';

  /** Bytes of memory held for the diagnostic. */
  get heldBytes(): number {
    return this.#diagnostic.capacity;
  }

  protected override convert(chunk: Buffer): void {
    const rest = this.#state === 'status' && chunk.length > 0 ? this.#takeStatus(chunk) : chunk;
    if (this.#state === 'diagnostic') this.#takeDiagnostic(rest);
    if (this.#state === 'stdout' && rest.length > 0) this.give({ type: 'stdout', chunk: this.owned(rest) });
  }

  protected override convertEnd(): void {
    if (this.#state === 'diagnostic') this.#refuse();
    if (this.#state === 'status')
      throw new CodecError('REXEC_TRUNCATED', 'status', 'stream ended before the status byte');
  }

  protected override release(): void {
    this.#diagnostic.release();
  }

  #takeStatus(chunk: Buffer): Buffer {
    this.#state = readsAccepted(chunk.subarray(0, 1)) ? 'stdout' : 'diagnostic';
    if (this.#state === 'stdout') this.give({ type: 'accepted' });
    return chunk.subarray(1);
  }

  #takeDiagnostic(chunk: Buffer): void {
    const room = DIAGNOSTIC_LIMIT - this.#diagnostic.held;
    const end = this.#diagnostic.take(chunk.subarray(0, room), 0, 'diagnostic', DIAGNOSTIC_LIMIT);
    if (end !== -1 || chunk.length > room) this.#refuse();
  }

  #refuse(): void {
    this.give({ type: 'refused', text: readDiagnostic(this.#diagnostic.complete()) });
    this.#diagnostic.release();
    this.#state = 'ended';
  }
}
