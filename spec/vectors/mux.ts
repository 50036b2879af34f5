import type { MuxFrame, Sender } from '../../codec/index.ts';
import { latin1, type Vector } from './vector.ts';

/** Bytes of a multiplexed connection from one end. */
export interface MuxVector extends Vector<MuxFrame> {
  readonly from: Sender;
}

const main = (wire: string): MuxFrame => ({ type: 'main', chunk: latin1(wire) });
const stderr = (wire: string): MuxFrame => ({ type: 'stderr', chunk: latin1(wire) });
const END: MuxFrame = { type: 'mainEnd' };
const LONGEST = 16_384;

/** What a decoder refuses; the client sends it where nobody else is named. */
const REFUSED: Readonly<Record<string, readonly [wire: string, from?: Sender]>> = {
  'unknown frame type of that number': ['\x08\0\0'],
  'unknown frame type 255': ['\xff\0\x01x'],
  'main has no bytes': ['\0\0\0'],
  'main is longer than it may be': ['\0\x40\x01'],
  'mainEnd has a byte': ['\x02\0\x01x'],
  'a window is a byte short': ['\x03\0\x03\0\0\x01'],
  'a window is a byte long': ['\x03\0\x05\0\0\0\x01\0'],
  'a window is of no bytes': ['\x03\0\x04\0\0\0\0'],
  'a signal is a byte long': ['\x05\0\x02\x0f\x0f'],
  'a client sends stderr': ['\x01\0\x01x'],
  'a client sends an exit code': ['\x06\0\x01\0'],
  'a client sends what a command died of': ['\x07\0\x07SIGTERM'],
  'a daemon sends a signal': ['\x05\0\x01\x0f', 'daemon'],
  'a daemon gives a window of stderr': ['\x04\0\x04\0\0\x10\0', 'daemon'],
  'a signal has no name': ['\x07\0\0', 'daemon'],
  'the name of a signal is too long': [`\x07\0\x18${'S'.repeat(24)}`, 'daemon'],
  'the name of a signal is none': ['\x07\0\x07sigterm', 'daemon'],
  'a plain request comes': ['1024\0ada\0'],
  'a TLS record comes': ['\x16\x03\x01\x02\0\x01'],
};

export const muxes: readonly MuxVector[] = [
  { name: 'nothing is sent', from: 'client', wire: '', frames: [] },
  {
    name: 'a client asks for stderr, sends its request and ends its input',
    from: 'client',
    wire: '\x04\0\x04\0\0\x10\0\0\0\x0d0\0ada\0s3cret\0\x02\0\0',
    frames: [{ type: 'stderrWindow', bytes: 4096 }, main('0\0ada\0s3cret\0'), END],
  },
  {
    name: 'a client sends signals and takes more output after its input is over',
    from: 'client',
    wire: '\x02\0\0\x05\0\x01\x0f\x03\0\x04\xff\xff\xff\xff\x05\0\x01\xff',
    frames: [
      END,
      { type: 'signal', number: 15 },
      { type: 'mainWindow', bytes: 0xffff_ffff },
      { type: 'signal', number: 255 },
    ],
  },
  {
    name: 'a daemon accepts, sends both outputs and an exit code',
    from: 'daemon',
    wire: '\0\0\x01\0\x01\0\x04oops\0\0\x03out\x06\0\x01\xff\x02\0\0',
    frames: [main('\0'), stderr('oops'), main('out'), { type: 'exited', code: 255 }, END],
  },
  {
    name: 'a daemon tells what a command died of',
    from: 'daemon',
    wire: `\x07\0\x07SIGTERM\x07\0\x17${'S'.repeat(23)}`,
    frames: [
      { type: 'signaled', signal: 'SIGTERM' },
      { type: 'signaled', signal: 'S'.repeat(23) },
    ],
  },
  {
    name: 'data looks like frames',
    from: 'daemon',
    wire: `\x01\0\x20${'\x06\0\x01\0'.repeat(8)}\x02\0\0`,
    frames: [stderr('\x06\0\x01\0'.repeat(8)), END],
  },
  {
    name: 'data is as long as it may be',
    from: 'daemon',
    wire: `\x01\x40\0${'x'.repeat(LONGEST)}\x02\0\0`,
    frames: [stderr('x'.repeat(LONGEST)), END],
  },
  ...Object.entries(REFUSED).flatMap(([name, [wire, from = 'client']]): MuxVector[] => {
    const error = ['REXEC_FRAME_INVALID', 'frame'] as const;
    return [
      { name, from, wire, frames: [], error },
      { name: `${name}, after data`, from, wire: `\0\0\x02hi${wire}`, frames: [main('hi')], error },
    ];
  }),
  ...['\0\0\x01x', '\x02\0\0'].map(
    (after): MuxVector => ({
      name: `${JSON.stringify(after)} follows mainEnd`,
      from: 'client',
      wire: `\x02\0\0${after}`,
      frames: [END],
      error: ['REXEC_FRAME_INVALID', 'frame'],
    }),
  ),
  ...['\0', '\0\0\x02', '\x03\0\x04\0\0\0'].map(
    (wire): MuxVector => ({
      name: `the stream ends inside ${JSON.stringify(wire)}`,
      from: 'daemon',
      wire: `\x06\0\x01\0${wire}`,
      frames: [{ type: 'exited', code: 0 }],
      error: ['REXEC_TRUNCATED', 'frame'],
    }),
  ),
  {
    name: 'the stream ends inside data',
    from: 'client',
    wire: '\0\0\x04dat',
    frames: [main('dat')],
    error: ['REXEC_TRUNCATED', 'frame'],
  },
];
