import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { HIGHEST_SIGNAL, SignalDecoder, type SignalFrame } from '../../../../codec/index.ts';
import { decode, decodesEveryCut } from '../../../support/machine/slices.ts';
import { bytesOf, cutAt, cuts, holds } from '../../../vectors/generated.ts';
import { signals } from '../../../vectors/signal.ts';
import { latin1 } from '../../../vectors/vector.ts';

const numberOf = (frame: SignalFrame): number => (frame.type === 'signal' ? frame.number : 0);

describe('a SignalDecoder', () => {
  for (const vector of signals)
    it(`decodes however cut: ${vector.name}`, () => decodesEveryCut(vector, () => new SignalDecoder()));

  it('gives a signal as its byte arrives', () => {
    const decoder = new SignalDecoder();
    for (const [wire, frame] of [
      ['\0', { type: 'exitStatusWanted' }],
      ['\x0f', { type: 'signal', number: 15 }],
      ['\x41', null],
      ['\x0f', { type: 'signal', number: 15 }],
    ] as const) {
      decoder.write(latin1(wire));
      assert.deepEqual(decoder.read(), frame);
    }
  });

  it('makes of a flood in one chunk one frame of each kind', async () => {
    const every = Buffer.from(Array.from({ length: 65_536 }, (_, at) => at % 256));
    const { frames } = await decode<SignalFrame>(new SignalDecoder(), [every]);
    assert.deepEqual(
      frames.map(numberOf),
      Array.from({ length: HIGHEST_SIGNAL + 1 }, (_, number) => number),
    );
  });

  it('finds in any bytes the same kinds, however cut, and never fails', (context) =>
    holds(
      context,
      fc.asyncProperty(bytesOf(0, 300), cuts, async (wire, shares) => {
        const { frames, error } = await decode<SignalFrame>(new SignalDecoder(), cutAt(wire, shares));
        const kinds = new Set(wire.filter((byte) => byte <= HIGHEST_SIGNAL));
        assert.deepEqual({ kinds: new Set(frames.map(numberOf)), error }, { kinds, error: undefined });
      }),
    ));
});
