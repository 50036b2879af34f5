import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeSignalFrame, isSignal } from '../../../../codec/index.ts';
import { signals } from '../../../vectors/signal.ts';

describe('encodeSignalFrame', () => {
  for (const { name, wire, frames } of signals.filter(({ decodeOnly }) => !decodeOnly))
    it(`writes what is decoded as such: ${name}`, () => {
      assert.equal(Buffer.concat(frames.map(encodeSignalFrame)).toString('latin1'), wire);
    });

  it('refuses a number that is not a byte', () => {
    for (const number of [-1, 256, 1.5, Number.NaN])
      assert.throws(() => encodeSignalFrame({ type: 'signal', number }), RangeError, String(number));
  });
});

describe('isSignal', () => {
  it('is true for 1 to 64', () => {
    assert.deepEqual([-1, 0, 1, 64, 65, 255].map(isSignal), [false, false, true, true, false, false]);
  });
});
