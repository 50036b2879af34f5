import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ReplyDecoder, RequestDecoder, StderrDecoder } from '../../../codec/index.ts';
import { decode } from '../../support/machine/slices.ts';
import { cutAt, cuts, holds, wild } from '../../vectors/generated.ts';

describe('any bytes at all', () => {
  // decode() throws whatever is not a CodecError.
  for (const Decoder of [RequestDecoder, ReplyDecoder, StderrDecoder]) {
    it(`end in frames or a CodecError, the same however cut, in a ${Decoder.name}`, (context) =>
      holds(
        context,
        fc.asyncProperty(wild, cuts, async (wire, shares) => {
          const whole = await decode(new Decoder(), [wire]);
          assert.deepEqual(await decode(new Decoder(), cutAt(wire, shares)), whole);
        }),
      ));
  }
});
