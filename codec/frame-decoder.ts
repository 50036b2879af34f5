import { CodecStream } from './codec-stream.ts';

/**
 * What the decoders have in common: bytes in, frames (objects) out, one frame of read-ahead.
 *
 * A decoder fails with a {@link CodecError} and with nothing else. The frames that came before the fault are read first,
 * and none comes after it, so frames and errors do not depend on how the bytes were cut; only the cuts of data do.
 */
export abstract class FrameDecoder<Frame> extends CodecStream<Buffer, Frame> {
  constructor() {
    super({ readableObjectMode: true });
  }

  /** Bytes of memory held for the frame that is arriving. */
  abstract get heldBytes(): number;
}
