import assert from 'node:assert/strict';
import { finished } from 'node:stream/promises';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  encodeMuxFrame,
  MUX_DATA_LIMIT,
  MuxDecoder,
  MuxEncoder,
  type MuxFrame,
} from '../../../../codec/index.ts';
import { decode, joined } from '../../../support/machine/slices.ts';
import { bytesOf, cutAt, cuts, exitStatus, holds } from '../../../vectors/generated.ts';
import { muxes } from '../../../vectors/mux.ts';
import { latin1 } from '../../../vectors/vector.ts';

const encoded = (frames: readonly MuxFrame[]): Buffer => Buffer.concat(frames.flatMap(encodeMuxFrame));

const window = fc.integer({ min: 1, max: 2 ** 32 - 1 });
const frames = fc.oneof(
  exitStatus.map((status): MuxFrame => ({ ...status })),
  bytesOf(0, 300).map((chunk): MuxFrame => ({ type: 'stderr', chunk: Buffer.concat([Buffer.of(1), chunk]) })),
  bytesOf(0, 300).map((chunk): MuxFrame => ({ type: 'main', chunk: Buffer.concat([Buffer.of(1), chunk]) })),
  window.map((bytes): MuxFrame => ({ type: 'mainWindow', bytes })),
);

describe('encodeMuxFrame', () => {
  for (const { name, from, wire, frames, error } of muxes.filter((each) => !each.error))
    it(`says the same: ${name}`, () => {
      assert.equal(error, undefined);
      assert.equal(encoded(frames).toString('latin1'), wire, from);
    });

  it('says what a decoder understands', (context) =>
    holds(
      context,
      fc.asyncProperty(fc.array(frames, { maxLength: 8 }), cuts, async (sent, shares) => {
        const decoded = await decode(new MuxDecoder({ from: 'daemon' }), cutAt(encoded(sent), shares));
        assert.deepEqual(decoded, { frames: joined(sent), error: undefined });
      }),
    ));

  it('does not copy data', () => {
    const chunk = latin1('data');
    assert.equal(encodeMuxFrame({ type: 'main', chunk })[1], chunk);
  });

  it('refuses what a decoder would', () => {
    const unsayable: MuxFrame[] = [
      { type: 'main', chunk: Buffer.alloc(0) },
      { type: 'stderr', chunk: Buffer.alloc(MUX_DATA_LIMIT + 1) },
      { type: 'mainWindow', bytes: 0 },
      { type: 'stderrWindow', bytes: 2 ** 32 },
      { type: 'signal', number: 256 },
      { type: 'exited', code: -1 },
      { type: 'signaled', signal: 'sigterm' },
      { type: 'signaled', signal: 'S'.repeat(24) },
    ];
    for (const frame of unsayable)
      assert.throws(() => encodeMuxFrame(frame), RangeError, JSON.stringify(frame));
  });
});

describe('a MuxEncoder', () => {
  it('divides data that is longer than a frame may be, without copying it', async () => {
    const chunk = Buffer.alloc(2 * MUX_DATA_LIMIT + 1, 'x');
    const encoder = new MuxEncoder({ from: 'client' });
    const parts: Buffer[] = [];
    encoder.on('data', (part) => parts.push(part)).end({ type: 'main', chunk });
    await finished(encoder);
    assert.deepEqual(
      parts.filter((_, index) => index % 2 === 1).map((part) => [part.buffer === chunk.buffer, part.length]),
      [MUX_DATA_LIMIT, MUX_DATA_LIMIT, 1].map((length) => [true, length]),
    );
  });
});
