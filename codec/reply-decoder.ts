import { Transform, type TransformCallback } from 'node:stream';
import { CodecError } from './errors.ts';
import { FieldBuffer } from './field-buffer.ts';
import type { ReplyFrame } from './frames.ts';
import { diagnosticGrammar, NEWLINE, readsAccepted } from './grammar.ts';
import { DIAGNOSTIC_LIMIT } from './limits.ts';

/**
 * Daemon bytes of the main connection in, {@link ReplyFrame}s out.
 *
 * `accepted` then any number of `stdout`, or one `refused` and nothing more. A diagnostic ends at its newline, at the
 * end of the stream, or at 1024 bytes; what follows it is dropped. Fails with a {@link CodecError}:
 * `REXEC_STATUS_INVALID` when the first byte is not a status, `REXEC_TRUNCATED` when there is none. stdout frames do
 * not alias the input.
 */
export class ReplyDecoder extends Transform {
  readonly #diagnostic = new FieldBuffer(NEWLINE);
  #state: 'status' | 'diagnostic' | 'stdout' | 'ended' = 'status';

  constructor() {
    super({ readableObjectMode: true, readableHighWaterMark: 1, writableHighWaterMark: 1 });
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      const rest = this.#state === 'status' && chunk.length > 0 ? this.#takeStatus(chunk) : chunk;
      if (this.#state === 'diagnostic') this.#takeDiagnostic(rest);
      if (this.#state === 'stdout' && rest.length > 0)
        this.push({ type: 'stdout', chunk: Buffer.from(rest) });
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  override _flush(done: TransformCallback): void {
    if (this.#state === 'diagnostic') this.#refuse();
    if (this.#state !== 'status') return done();
    done(new CodecError('REXEC_TRUNCATED', 'status', 'stream ended before the status byte'));
  }

  #takeStatus(chunk: Buffer): Buffer {
    this.#state = readsAccepted(chunk.subarray(0, 1)) ? 'stdout' : 'diagnostic';
    if (this.#state === 'stdout') this.push({ type: 'accepted' });
    return chunk.subarray(1);
  }

  #takeDiagnostic(chunk: Buffer): void {
    const room = DIAGNOSTIC_LIMIT - this.#diagnostic.held;
    const end = this.#diagnostic.take(chunk.subarray(0, room), 0, 'diagnostic', DIAGNOSTIC_LIMIT);
    if (end !== -1 || chunk.length > room) this.#refuse();
  }

  #refuse(): void {
    this.push({ type: 'refused', text: diagnosticGrammar(this.#diagnostic.complete()) });
    this.#diagnostic.release();
    this.#state = 'ended';
  }
}
