import { CodecError } from '../errors.ts';
import { type DecoderOptions, FrameDecoder } from '../frame-decoder.ts';
import { SIGNAL_NAME_LIMIT } from '../stderr/exit-status.ts';
import type { MuxFrame, Sender } from './frames.ts';
import { frameFault, readMuxControl, readMuxHeader } from './grammar.ts';
import { MUX_HEADER_BYTES } from './kinds.ts';

/** How a {@link MuxDecoder} reads. */
export interface MuxDecoderOptions extends DecoderOptions {
  /** Whose bytes they are: a frame that this end must not send is refused. */
  readonly from: Sender;
}

/**
 * Bytes of a multiplexed connection in, {@link MuxFrame}s out.
 *
 * Data leaves as it arrives, so a `main` or `stderr` frame of the wire may give several; of the others at most 26 bytes
 * are held. A frame is refused at its header, before its payload is read. It does not check whether data keeps within its
 * window, because that requires both directions. Fails with a {@link CodecError}: `REXEC_FRAME_INVALID`, or
 * `REXEC_TRUNCATED` when the stream ends inside a frame.
 */
export class MuxDecoder extends FrameDecoder<MuxFrame> {
  readonly #from: Sender;
  readonly #arriving = Buffer.alloc(MUX_HEADER_BYTES + SIGNAL_NAME_LIMIT);
  #held = 0; // bytes in #arriving
  #wanted = MUX_HEADER_BYTES; // bytes in #arriving that make a header, or a whole frame
  #type: MuxFrame['type'] | undefined; // once its header is read
  #dataLeft = 0; // payload of a data frame that is still to come
  #mainEnded = false;

  constructor(options: MuxDecoderOptions) {
    super(options);
    this.#from = options.from;
  }

  /** Bytes of memory held for the frame that is arriving. */
  get heldBytes(): number {
    return this.#held;
  }

  protected override convert(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) {
      if (this.#dataLeft > 0) at = this.#takeData(chunk, at);
      else at = this.#takeControl(chunk, at);
    }
  }

  protected override convertEnd(): void {
    if (this.#held > 0 || this.#dataLeft > 0)
      throw new CodecError('REXEC_TRUNCATED', 'frame', 'stream ended inside a mux frame');
  }

  protected override release(): void {
    this.#held = 0;
  }

  #takeData(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#dataLeft);
    const piece = chunk.subarray(at, end);
    this.#dataLeft -= piece.length;
    this.give({
      type: this.#type as 'main' | 'stderr',
      chunk: this.owned(piece),
    });
    return end;
  }

  /** The header of any frame, and the payload of one that is no data. */
  #takeControl(chunk: Buffer, at: number): number {
    const copied = chunk.copy(this.#arriving, this.#held, at, at + this.#wanted - this.#held);
    this.#held += copied;
    if (this.#held === MUX_HEADER_BYTES && this.#wanted === MUX_HEADER_BYTES) this.#readHeader();
    if (this.#held === this.#wanted) this.#endControl();
    return at + copied;
  }

  #readHeader(): void {
    const { kind, length } = readMuxHeader(this.#arriving.subarray(0, MUX_HEADER_BYTES));
    const { type } = kind;
    if (!kind.from.includes(this.#from)) throw frameFault(`the ${this.#from} must not send ${type}`);
    if (this.#mainEnded && (type === 'main' || type === 'mainEnd')) throw frameFault(`${type} after mainEnd`);
    this.#type = type;
    if (type === 'main' || type === 'stderr') this.#dataLeft = length;
    else this.#wanted = MUX_HEADER_BYTES + length;
  }

  #endControl(): void {
    const type = this.#type!;
    if (this.#dataLeft === 0) this.give(readMuxControl(type, this.#arriving.subarray(0, this.#held)));
    if (type === 'mainEnd') this.#mainEnded = true;
    this.#held = 0;
    this.#wanted = MUX_HEADER_BYTES;
  }
}
