import { FrameEncoder } from '../frame-encoder.ts';
import type { SignalFrame } from './frames.ts';
import { encodeSignalFrame } from './signals.ts';

/** {@link SignalFrame}s in, client bytes of the stderr channel out, each as {@link encodeSignalFrame} makes it. */
export class SignalEncoder extends FrameEncoder<SignalFrame> {
  protected override convert(frame: SignalFrame): void {
    this.give(encodeSignalFrame(frame));
  }
}
