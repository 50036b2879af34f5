import { CodecStream } from './codec-stream.ts';
import { CodecError } from './errors.ts';

/**
 * What the encoders have in common: frames (objects) in, bytes out, one frame of read-ahead.
 *
 * An encoder fails with what the function for one frame throws, and with a {@link CodecError} for frames in an order that
 * the wire does not have. The bytes of the frames before are read first.
 */
export abstract class FrameEncoder<Frame extends { readonly type: string }> extends CodecStream<
  Frame,
  Buffer
> {
  constructor() {
    super({ writableObjectMode: true });
  }

  /** The error for a frame that must not come here. */
  protected misplaced({ type }: Frame, reason: string): CodecError {
    return new CodecError('REXEC_FRAME_INVALID', 'frame', `${type}: ${reason}`);
  }
}
