import { PassThrough, type TransformCallback } from 'node:stream';
import { RexecError } from '../../base/index.ts';
import type { CaptureLimit } from '../options.ts';
import { GrowingBuffer } from './growing-buffer.ts';

const CAPTURE_LIMIT = 16 * 1024 * 1024; // bytes

/** The caller cannot take this chunk of output; the code is the one of the error to report. */
export class OutputError extends RexecError {
  override readonly code: 'REXEC_OUTPUT_TOO_LONG' | 'REXEC_ABORTED';

  constructor(code: OutputError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** A stream that can fail: once its reader has got what had arrived, it is destroyed with the error. */
class OutputStream extends PassThrough {
  #failure: Error | undefined;
  #fails: (() => void) | undefined;

  fail(error: Error): void {
    this.#failure = error;
    this.end();
  }

  override _flush(done: TransformCallback): void {
    this.#fails = () => done(this.#failure);
    if (!this.#failure || this.readableLength === 0) this.#fails();
  }

  override read(size?: number): Buffer | null {
    const chunk: Buffer | null = super.read(size);
    if (this.#failure && this.#fails && this.readableLength === 0) process.nextTick(this.#fails);
    return chunk;
  }
}

/** One output of a command as its caller gets it: a stream, and where it is captured also a text. */
export class Output {
  readonly stream: PassThrough;
  readonly #stream = new OutputStream();
  #ended = false;
  readonly #limit: number;
  readonly #captured: GrowingBuffer | undefined;

  constructor(capture: boolean | CaptureLimit) {
    this.#limit = typeof capture === 'object' ? capture.maxBytes : CAPTURE_LIMIT;
    this.stream = this.#stream;
    this.stream.on('error', () => {});
    if (!capture) return;
    this.#captured = new GrowingBuffer();
    this.stream.resume();
  }

  /** All so far, where it is captured. */
  get text(): string | undefined {
    return this.#captured?.bytes.toString('utf8');
  }

  /** Resolves once the caller's stream has passed the chunk on: one at a time is kept for a reader that is slow. */
  async write(chunk: Buffer): Promise<void> {
    if (this.#ended) throw new OutputError('REXEC_ABORTED', 'the output stream was closed');
    this.#capture(chunk);
    const error = await new Promise<Error | null | undefined>((resolve) => this.stream.write(chunk, resolve));
    if (error) throw new OutputError('REXEC_ABORTED', 'the output stream was closed', { cause: error });
  }

  /** What nobody reads need not be kept. */
  dropUnread(): void {
    if (this.stream.readableFlowing === null) this.stream.resume();
  }

  /** What has arrived can still be read; then the stream ends, or is destroyed with the error. */
  end(error?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    if (error) this.#stream.fail(error);
    else this.#stream.end();
  }

  #capture(chunk: Buffer): void {
    if (!this.#captured) return;
    const room = this.#limit - this.#captured.length;
    this.#captured.add(chunk.subarray(0, room));
    if (chunk.length > room)
      throw new OutputError('REXEC_OUTPUT_TOO_LONG', `the output is longer than ${this.#limit} bytes`);
  }
}
