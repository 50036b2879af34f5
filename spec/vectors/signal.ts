import type { SignalFrame } from '../../codec/index.ts';
import type { Vector } from './vector.ts';

const signal = (number: number): SignalFrame => ({ type: 'signal', number });
const WANTED: SignalFrame = { type: 'exitStatusWanted' };

/** What a client sends on the stderr channel. Each byte differs from the others: of a kind in one chunk, one counts. */
export const signals: readonly Vector<SignalFrame>[] = [
  { name: 'the client sends nothing', wire: '', frames: [] },
  { name: 'the client asks for the exit status', wire: '\0', frames: [WANTED] },
  { name: 'the client sends a signal', wire: '\x0f', frames: [signal(15)] },
  {
    name: 'the client asks, and sends the lowest signal, the highest and another',
    wire: '\0\x01\x40\x02',
    frames: [WANTED, signal(1), signal(64), signal(2)],
  },
  { name: 'the client asks after its signals', wire: '\x02\x0f\0', frames: [signal(2), signal(15), WANTED] },
  {
    name: 'bytes above 64 mean nothing',
    wire: '\x41\x0f\x80\xff\0\xfe',
    frames: [signal(15), WANTED],
    decodeOnly: true,
  },
];
