import { CodecError } from '../errors.ts';
import { Parser } from '../parser.ts';
import { isSignalName } from '../stderr/exit-status.ts';
import type { MuxFrame } from './frames.ts';
import { lengthsOf, MUX_KINDS, type MuxKind, muxNumberOf } from './kinds.ts';

/** The error for a frame that breaks the rules. */
export const frameFault = (message: string): CodecError =>
  new CodecError('REXEC_FRAME_INVALID', 'frame', message);

function signalName(bytes: Buffer): string {
  const name = bytes.toString('latin1');
  if (!isSignalName(name)) throw frameFault('signaled: not the name of a signal');
  return name;
}

function atLeastOne(bytes: number): number {
  if (bytes === 0) throw frameFault('a window of 0 bytes');
  return bytes;
}

const muxHeader = new Parser().endianness('big').uint8('number').uint16('length');
muxHeader.compile();

const window = new Parser().endianness('big').uint32('bytes', { formatter: atLeastOne });
const muxControl = new Parser()
  .endianness('big')
  .uint8('number')
  .uint16('length')
  .choice('payload', {
    tag: 'number',
    choices: {
      [muxNumberOf('mainEnd')]: new Parser(),
      [muxNumberOf('mainWindow')]: window,
      [muxNumberOf('stderrWindow')]: window,
      [muxNumberOf('signal')]: new Parser().uint8('number'),
      [muxNumberOf('exited')]: new Parser().uint8('code'),
      [muxNumberOf('signaled')]: new Parser().buffer('signal', { readUntil: 'eof', formatter: signalName }),
    },
  });
muxControl.compile();

/** The header of a mux frame, `[uint8 number][uint16 length]`. @throws CodecError `REXEC_FRAME_INVALID` */
export function readMuxHeader(header: Buffer): { kind: MuxKind; length: number } {
  const { number, length } = muxHeader.parse(header);
  const kind = MUX_KINDS[number];
  if (!kind) throw frameFault(`unknown frame type ${number}`);
  if (length < kind.shortest || length > kind.longest)
    throw frameFault(`${kind.type}: ${length} bytes, not ${lengthsOf(kind)}`);
  return { kind, length };
}

/** A whole mux frame, its header included, that is neither `main` nor `stderr`. */
export function readMuxControl(type: MuxFrame['type'], frame: Buffer): MuxFrame {
  return { type, ...muxControl.parse(frame).payload };
}
