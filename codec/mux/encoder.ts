import { FrameEncoder } from '../frame-encoder.ts';
import { isSignalName } from '../stderr/exit-status.ts';
import type { MuxFrame, Sender } from './frames.ts';
import { lengthsOf, MUX_DATA_LIMIT, MUX_HEADER_BYTES, MUX_KINDS, muxNumberOf } from './kinds.ts';

/**
 * One mux frame as bytes: its header, and its payload, which for data is the frame's own chunk, not a copy.
 *
 * @throws RangeError for what a {@link MuxDecoder} would refuse
 */
export function encodeMuxFrame(frame: MuxFrame): readonly [header: Buffer, payload: Buffer] {
  const payload = payloadOf(frame);
  const number = muxNumberOf(frame.type);
  const kind = MUX_KINDS[number]!;
  if (payload.length < kind.shortest || payload.length > kind.longest)
    throw new RangeError(`${frame.type}: ${payload.length} bytes, not ${lengthsOf(kind)}`);
  const header = Buffer.alloc(MUX_HEADER_BYTES);
  header.writeUInt8(number);
  header.writeUInt16BE(payload.length, 1);
  return [header, payload];
}

function payloadOf(frame: MuxFrame): Buffer {
  switch (frame.type) {
    case 'main':
    case 'stderr':
      return frame.chunk;
    case 'mainEnd':
      return Buffer.alloc(0);
    case 'mainWindow':
    case 'stderrWindow':
      return windowOf(frame.bytes);
    case 'signal':
      return byteOf(frame.number);
    case 'exited':
      return byteOf(frame.code);
    case 'signaled':
      if (!isSignalName(frame.signal)) throw new RangeError(`not the name of a signal: ${frame.signal}`);
      return Buffer.from(frame.signal, 'latin1');
  }
}

function windowOf(bytes: number): Buffer {
  if (bytes === 0) throw new RangeError('a window of no bytes');
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(bytes); // a RangeError for what it cannot hold
  return payload;
}

function byteOf(value: number): Buffer {
  const payload = Buffer.alloc(1);
  payload.writeUInt8(value);
  return payload;
}

/** How a {@link MuxEncoder} writes. */
export interface MuxEncoderOptions {
  /** Which end this is: a frame that it must not send is refused. */
  readonly from: Sender;
}

/**
 * {@link MuxFrame}s in, bytes of a multiplexed connection out, each as {@link encodeMuxFrame} makes it; data of any
 * length is divided. Windows are the caller's to keep. Fails with a {@link CodecError} `REXEC_FRAME_INVALID` for a frame
 * of the other end, and for `main` or `mainEnd` after `mainEnd`.
 */
export class MuxEncoder extends FrameEncoder<MuxFrame> {
  readonly #from: Sender;
  #mainEnded = false;

  constructor({ from }: MuxEncoderOptions) {
    super();
    this.#from = from;
  }

  protected override convert(frame: MuxFrame): void {
    const { type } = frame;
    if (!MUX_KINDS[muxNumberOf(type)]!.from.includes(this.#from))
      throw this.misplaced(frame, `the ${this.#from} must not send it`);
    if (this.#mainEnded && (type === 'main' || type === 'mainEnd'))
      throw this.misplaced(frame, 'main has ended');
    for (const part of piecesOf(frame)) for (const bytes of encodeMuxFrame(part)) this.give(bytes);
    this.#mainEnded ||= type === 'mainEnd';
  }
}

/** Data as frames that are short enough; what is not data as it is. */
function* piecesOf(frame: MuxFrame): Generator<MuxFrame, void, undefined> {
  if (frame.type !== 'main' && frame.type !== 'stderr') return yield frame;
  for (let at = 0; at < frame.chunk.length; at += MUX_DATA_LIMIT)
    yield { type: frame.type, chunk: frame.chunk.subarray(at, at + MUX_DATA_LIMIT) };
}
