import { Transform, type TransformCallback, type TransformOptions } from 'node:stream';

/**
 * What all decoders and encoders are: they fail once all that came before the fault was read, and give nothing after it.
 * So what a reader gets does not depend on how the input was cut.
 */
export abstract class CodecStream<In, Out> extends Transform {
  #asked = false; // the reader asked for more since it was last given something
  #fail: (() => void) | undefined; // a failure that waits until what came before it was read

  constructor(options: TransformOptions) {
    // One frame of read-ahead: a peer whose frames are not taken is not read.
    super({ ...options, readableHighWaterMark: 1, writableHighWaterMark: 1 });
  }

  /** Calls {@link give} for all that is complete with this input. What it throws is the stream's error. */
  protected abstract convert(input: In): void;

  /** The same for the end of the input. */
  protected convertEnd(): void {}

  /** Lets go of the memory that is held, when the stream fails or is closed. */
  protected release(): void {}

  protected give(output: Out): void {
    this.#asked = false;
    this.push(output);
  }

  override _transform(input: In, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      this.convert(input);
    } catch (error) {
      return this.#failAfterOutput(error as Error, done);
    }
    done();
  }

  override _flush(done: TransformCallback): void {
    try {
      this.convertEnd();
    } catch (error) {
      return this.#failAfterOutput(error as Error, done);
    }
    done();
  }

  override _read(size: number): void {
    this.#asked = true;
    if (this.#fail) process.nextTick(this.#fail);
    else super._read(size);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.release();
    done(error);
  }

  /** A stream asks for more right before it hands out its last piece: the failure comes a tick after that. */
  #failAfterOutput(error: Error, done: TransformCallback): void {
    this.release();
    if (this.readableLength === 0) done(error);
    else if (this.#asked) process.nextTick(done, error);
    else this.#fail = () => done(error);
  }
}
