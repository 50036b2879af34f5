import type { MuxFrame } from './frames.ts';
import { isSignalName } from './grammar.ts';
import { MUX_HEADER_BYTES, MUX_KINDS, muxNumberOf } from './mux-kinds.ts';

/**
 * One mux frame as bytes: its header, and its payload, which for data is the frame's own chunk, not a copy.
 *
 * @throws RangeError for what a {@link MuxDecoder} would refuse
 */
export function encodeMuxFrame(frame: MuxFrame): readonly [header: Buffer, payload: Buffer] {
  const payload = payloadOf(frame);
  const number = muxNumberOf(frame.type);
  const { shortest, longest } = MUX_KINDS[number]!;
  if (payload.length < shortest || payload.length > longest)
    throw new RangeError(`${frame.type}: ${payload.length} bytes, not ${shortest} to ${longest}`);
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
