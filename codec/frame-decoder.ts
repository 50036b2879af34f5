import { Transform, type TransformCallback } from 'node:stream';
import type { CodecError } from './errors.ts';

/** A decoder that fails once all frames before the failure were read, however the bytes were cut. */
export abstract class FrameDecoder<Frame> extends Transform {
  #asked = false; // the reader asked for more since the last frame
  #fail: (() => void) | undefined; // a failure that waits until the frames before it were read

  constructor() {
    // One frame of read-ahead: a peer whose frames are not taken is not read.
    super({ readableObjectMode: true, readableHighWaterMark: 1, writableHighWaterMark: 1 });
  }

  override _read(size: number): void {
    this.#asked = true;
    if (this.#fail) process.nextTick(this.#fail);
    else super._read(size);
  }

  protected emitFrame(frame: Frame): void {
    this.#asked = false;
    this.push(frame);
  }

  /** A stream asks for more right before it hands out its last frame: the failure comes a tick after that. */
  protected failAfterFrames(error: CodecError, done: TransformCallback): void {
    if (this.readableLength === 0) done(error);
    else if (this.#asked) process.nextTick(done, error);
    else this.#fail = () => done(error);
  }
}
