import { CodecError } from '../errors.ts';
import { FieldBuffer } from '../field-buffer.ts';
import { type DecoderOptions, FrameDecoder } from '../frame-decoder.ts';
import { type FieldLimits, fieldLimits, LOWEST_STDERR_PORT } from '../limits.ts';
import type { RequestFrame } from './frames.ts';
import { NUL, type RequestGrammar, requestGrammar } from './grammar.ts';

/** What a {@link RequestDecoder} lets through, and who owns its input. */
export interface RequestDecoderOptions extends DecoderOptions {
  /** Lower or raise a field's limit in bytes; {@link LIMITS} otherwise. */
  readonly limits?: Partial<FieldLimits>;
  /** Lowest stderr port let through besides 0; 1024 otherwise. */
  readonly lowestStderrPort?: number;
  /** The same as for other decoders, and the password is wiped in the chunks that are given away. */
  readonly ownsInput?: boolean;
}

/**
 * Client bytes in, {@link RequestFrame}s out.
 *
 * A frame leaves as soon as its NUL arrives: real clients wait for the stderr connection before they send their name
 * (protocol.md 1.4). What follows the command's NUL is stdin, as it came. Memory is bounded by the limits. Fails with
 * a {@link CodecError}: `REXEC_FIELD_TOO_LONG`, `REXEC_PORT_INVALID`, or `REXEC_TRUNCATED` when the stream ends before
 * the command does.
 */
export class RequestDecoder extends FrameDecoder<RequestFrame> {
  readonly #grammar: RequestGrammar;
  readonly #limits: FieldLimits;
  readonly #arriving = new FieldBuffer(NUL);
  #field = 0; // index into #grammar
  #stdinSeen = false;

  constructor(options: RequestDecoderOptions = {}) {
    super(options);
    const { limits, lowestStderrPort = LOWEST_STDERR_PORT } = options;
    this.#limits = fieldLimits(limits);
    if (!Number.isInteger(lowestStderrPort))
      throw new RangeError(`lowestStderrPort is a port, not ${lowestStderrPort}`);
    this.#grammar = requestGrammar(lowestStderrPort);
  }

  /** True once all four fields have arrived; whatever comes after is stdin. */
  get complete(): boolean {
    return this.#field === this.#grammar.length;
  }

  /** True once a byte after the command's NUL has arrived. */
  get stdinSeen(): boolean {
    return this.#stdinSeen;
  }

  /** Bytes of memory held for the field that is arriving. */
  get heldBytes(): number {
    return this.#arriving.capacity;
  }

  protected override convert(chunk: Buffer): void {
    let at = 0;
    try {
      while (at !== -1 && at < chunk.length && !this.complete) at = this.#takeField(chunk, at);
    } catch (error) {
      if (this.ownsInput) chunk.fill(0); // the rest of the chunk may contain a password
      throw error;
    }
    // At most five frames a chunk, so what push() answers can wait for the next one.
    if (at !== -1 && at < chunk.length) this.give({ type: 'stdin', chunk: this.#stdin(chunk, at) });
  }

  protected override convertEnd(): void {
    const [field] = this.#grammar[this.#field] ?? [];
    if (field === undefined) return;
    const inside = this.#arriving.held === 0 ? 'before' : 'inside';
    throw new CodecError('REXEC_TRUNCATED', field, `stream ended ${inside} ${field}`);
  }

  protected override release(): void {
    this.#arriving.release();
  }

  /** Takes what `chunk` has of the current field; returns the offset of the next one, -1 when there is none yet. */
  #takeField(chunk: Buffer, at: number): number {
    const [field, toFrame] = this.#grammar[this.#field]!;
    const next = this.#arriving.take(chunk, at, field, this.#limits[field]);
    const frame = next === -1 ? undefined : toFrame(this.#arriving.complete());
    if (this.ownsInput && field === 'password') chunk.fill(0, at, next === -1 ? chunk.length : next);
    if (!frame) return -1;
    this.#arriving.clear();
    this.#field += 1;
    if (this.complete) this.#arriving.release();
    this.give(frame);
    return next;
  }

  /** Bytes that share their chunk with a field are copied, so that stdin does not keep the field's memory alive. */
  #stdin(chunk: Buffer, at: number): Buffer {
    this.#stdinSeen = true;
    return this.ownsInput && at === 0 ? chunk : Buffer.from(chunk.subarray(at));
  }
}
