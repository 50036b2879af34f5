import type { MuxFrame, Sender } from '../../../codec/index.ts';
import { type Expected, joined } from './decoding.ts';

const HEADER = 3; // bytes
const LONGEST_DATA = 16_384;

interface MuxKind {
  readonly from: 'both' | Sender;
  readonly shortest: number;
  readonly longest: number;
  /** The frame of a payload; undefined if that breaks a rule. */
  readonly read: (payload: Buffer) => MuxFrame | undefined;
}

const windowOf =
  (type: 'mainWindow' | 'stderrWindow') =>
  (payload: Buffer): MuxFrame | undefined => {
    const bytes = payload.readUInt32BE();
    return bytes === 0 ? undefined : { type, bytes };
  };

/** docs/protocol.md, rexec-mux, row by row. */
const KINDS: readonly MuxKind[] = [
  { from: 'both', shortest: 1, longest: LONGEST_DATA, read: (chunk) => ({ type: 'main', chunk }) },
  { from: 'daemon', shortest: 1, longest: LONGEST_DATA, read: (chunk) => ({ type: 'stderr', chunk }) },
  { from: 'both', shortest: 0, longest: 0, read: () => ({ type: 'mainEnd' }) },
  { from: 'both', shortest: 4, longest: 4, read: windowOf('mainWindow') },
  { from: 'client', shortest: 4, longest: 4, read: windowOf('stderrWindow') },
  { from: 'client', shortest: 1, longest: 1, read: ([number = 0]) => ({ type: 'signal', number }) },
  { from: 'daemon', shortest: 1, longest: 1, read: ([code = 0]) => ({ type: 'exited', code }) },
  {
    from: 'daemon',
    shortest: 1,
    longest: 23,
    read: (payload) => {
      const signal = payload.toString('latin1');
      return /^[A-Z0-9+-]+$/.test(signal) ? { type: 'signaled', signal } : undefined;
    },
  },
];

/** What a decoder should make of bytes of one end of a multiplexed connection. */
export function expectedMux(from: Sender, bytes: Buffer): Expected {
  const frames: MuxFrame[] = [];
  const failed = (code: 'REXEC_TRUNCATED' | 'REXEC_FRAME_INVALID'): Expected => ({
    frames: joined(frames),
    error: [code, 'frame'],
  });
  let ended = false;
  for (let at = 0; at < bytes.length; ) {
    if (bytes.length - at < HEADER) return failed('REXEC_TRUNCATED');
    const number = bytes[at]!;
    const length = bytes.readUInt16BE(at + 1);
    const kind = KINDS[number];
    if (!kind || (kind.from !== 'both' && kind.from !== from)) return failed('REXEC_FRAME_INVALID');
    if (length < kind.shortest || length > kind.longest) return failed('REXEC_FRAME_INVALID');
    if (ended && (number === 0 || number === 2)) return failed('REXEC_FRAME_INVALID');
    const payload = bytes.subarray(at + HEADER, at + HEADER + length);
    const isWhole = payload.length === length;
    if (isWhole || (number <= 1 && payload.length > 0)) {
      const frame = kind.read(payload);
      if (!frame) return failed('REXEC_FRAME_INVALID');
      frames.push(frame);
    }
    if (!isWhole) return failed('REXEC_TRUNCATED');
    ended ||= number === 2;
    at += HEADER + length;
  }
  return { frames: joined(frames) };
}

/** Valid bytes with neighbouring data in as few frames as may be. */
export function canonicalMux(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const number = bytes[at]!;
    const payloads: Buffer[] = [];
    do {
      const end = at + HEADER + bytes.readUInt16BE(at + 1);
      payloads.push(bytes.subarray(at + HEADER, end));
      at = end;
    } while (number <= 1 && bytes[at] === number);
    const payload = Buffer.concat(payloads);
    for (let from = 0; from === 0 || from < payload.length; from += LONGEST_DATA) {
      const piece = payload.subarray(from, from + LONGEST_DATA);
      parts.push(Buffer.of(number, piece.length >> 8, piece.length & 0xff), piece);
    }
  }
  return Buffer.concat(parts);
}
