import { FrameEncoder } from '../frame-encoder.ts';
import { encodeExitStatus } from './exit-status.ts';
import type { StderrFrame } from './frames.ts';

/** One {@link StderrFrame} as the bytes a daemon sends: the chunk itself, or what {@link encodeExitStatus} gives. */
export const encodeStderrFrame = (frame: StderrFrame): Buffer =>
  frame.type === 'stderr' ? frame.chunk : encodeExitStatus(frame);

/**
 * {@link StderrFrame}s in, daemon bytes of the stderr channel out, each as {@link encodeStderrFrame} makes it. Fails with
 * a {@link CodecError} `REXEC_FRAME_INVALID` for a frame after the exit status, which would no longer count.
 */
export class StderrEncoder extends FrameEncoder<StderrFrame> {
  #ended = false;

  protected override convert(frame: StderrFrame): void {
    if (this.#ended) throw this.misplaced(frame, 'the exit status has been sent');
    this.give(encodeStderrFrame(frame));
    this.#ended = frame.type !== 'stderr';
  }
}
