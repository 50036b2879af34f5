import { FrameDecoder } from '../frame-decoder.ts';
import type { SignalFrame } from './frames.ts';
import { readSignal } from './signals.ts';

/**
 * Client bytes of the stderr channel in, {@link SignalFrame}s out.
 *
 * Several of a kind in one chunk are one frame, so a flood costs at most 65 frames for each chunk; bytes that mean
 * nothing give none. Never fails: the end of the stream only means that there are no more signals.
 */
export class SignalDecoder extends FrameDecoder<SignalFrame> {
  /** Always 0: a frame is one byte. */
  get heldBytes(): number {
    return 0;
  }

  protected override convert(chunk: Buffer): void {
    for (const byte of new Set(chunk)) {
      const frame = readSignal(byte);
      if (frame) this.give(frame);
    }
  }
}
