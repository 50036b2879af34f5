import { CodecStream } from './codec-stream.ts';

/** What every decoder that gives data lets its caller choose. */
export interface DecoderOptions {
  /**
   * The writer gives its chunks away: data frames may share their memory instead of copying it. Without it no frame
   * aliases the input, and the input is never written to.
   */
  readonly ownsInput?: boolean;
}

/**
 * What the decoders have in common: bytes in, frames (objects) out, one frame of read-ahead.
 *
 * A decoder fails with a {@link CodecError} and with nothing else. The frames that came before the fault are read first,
 * and none comes after it, so frames and errors do not depend on how the bytes were cut; only the cuts of data do.
 */
export abstract class FrameDecoder<Frame> extends CodecStream<Buffer, Frame> {
  protected readonly ownsInput: boolean;

  constructor({ ownsInput = false }: DecoderOptions = {}) {
    super({ readableObjectMode: true });
    this.ownsInput = ownsInput;
  }

  /** Bytes of memory held for the frame that is arriving. */
  abstract get heldBytes(): number;

  /** Bytes of the input as a frame may have them. */
  protected owned(bytes: Buffer): Buffer {
    return this.ownsInput ? bytes : Buffer.from(bytes);
  }
}
