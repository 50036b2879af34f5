import { CodecError } from '../errors.ts';
import { FrameEncoder } from '../frame-encoder.ts';
import { DIAGNOSTIC_LIMIT } from '../limits.ts';
import type { ReplyFrame } from './frames.ts';
import { NEWLINE, STATUS_ACCEPTED, STATUS_REFUSED } from './grammar.ts';

/** The bytes of acceptance: one NUL. It travels in a segment of its own (protocol.md 1.2). A new buffer each time. */
export const encodeAccepted = (): Buffer => Buffer.of(STATUS_ACCEPTED);

/**
 * A refusal: byte 1, one line, newline (protocol.md 1.3).
 *
 * @throws CodecError `REXEC_CONTROL_CHARACTER` for a control character, `REXEC_FIELD_TOO_LONG` over 1024 bytes
 */
export function encodeRefused(text: string): Buffer {
  if (/[\x00-\x1f\x7f]/.test(text)) {
    throw new CodecError('REXEC_CONTROL_CHARACTER', 'diagnostic', 'diagnostic contains a control character');
  }
  const line = Buffer.from(text, 'utf8');
  if (line.length > DIAGNOSTIC_LIMIT) {
    throw new CodecError(
      'REXEC_FIELD_TOO_LONG',
      'diagnostic',
      `diagnostic is longer than ${DIAGNOSTIC_LIMIT} bytes`,
    );
  }
  return Buffer.concat([Buffer.of(STATUS_REFUSED), line, Buffer.of(NEWLINE)]);
}

/** One {@link ReplyFrame} as the bytes a daemon sends: the chunk of stdout itself. @throws CodecError as {@link encodeRefused} */
export function encodeReplyFrame(frame: ReplyFrame): Buffer {
  if (frame.type === 'stdout') return frame.chunk;
  return frame.type === 'accepted' ? encodeAccepted() : encodeRefused(frame.text);
}

/**
 * {@link ReplyFrame}s in, daemon bytes of the main connection out, each as {@link encodeReplyFrame} makes it. Fails with
 * a {@link CodecError} `REXEC_FRAME_INVALID` for stdout without `accepted`, a second answer, or anything after a
 * refusal, and `REXEC_TRUNCATED` if there was no answer.
 */
export class ReplyEncoder extends FrameEncoder<ReplyFrame> {
  #answer: 'accepted' | 'refused' | undefined;

  protected override convert(frame: ReplyFrame): void {
    if (frame.type === 'stdout' && this.#answer !== 'accepted')
      throw this.misplaced(frame, 'the request has not been accepted');
    if (frame.type !== 'stdout' && this.#answer !== undefined)
      throw this.misplaced(frame, `the request has been ${this.#answer}`);
    this.give(encodeReplyFrame(frame));
    if (frame.type !== 'stdout') this.#answer = frame.type;
  }

  protected override convertEnd(): void {
    if (this.#answer === undefined)
      throw new CodecError('REXEC_TRUNCATED', 'status', 'frames ended before the answer');
  }
}
