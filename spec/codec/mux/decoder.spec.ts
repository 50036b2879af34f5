import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  encodeMuxFrame,
  MUX_DATA_LIMIT,
  MuxDecoder,
  type MuxFrame,
  type Sender,
} from '../../../codec/index.ts';
import { decode, decodesEveryCut, joined } from '../../support/slices.ts';
import { bytesOf, cutAt, cuts, exitStatus, holds, wild } from '../../vectors/generated.ts';
import { muxes } from '../../vectors/mux.ts';
import { latin1 } from '../../vectors/vector.ts';

const encoded = (frames: readonly MuxFrame[]): Buffer => Buffer.concat(frames.flatMap(encodeMuxFrame));

const window = fc.integer({ min: 1, max: 2 ** 32 - 1 });
const frames = fc.oneof(
  exitStatus.map((status): MuxFrame => ({ ...status })),
  bytesOf(0, 300).map((chunk): MuxFrame => ({ type: 'stderr', chunk: Buffer.concat([Buffer.of(1), chunk]) })),
  bytesOf(0, 300).map((chunk): MuxFrame => ({ type: 'main', chunk: Buffer.concat([Buffer.of(1), chunk]) })),
  window.map((bytes): MuxFrame => ({ type: 'mainWindow', bytes })),
);

describe('MuxDecoder', () => {
  for (const vector of muxes)
    it(vector.name, () => decodesEveryCut(vector, () => new MuxDecoder({ from: vector.from })));

  it('gives data as it arrives, and holds a frame that is none until it is whole', () => {
    const decoder = new MuxDecoder({ from: 'daemon' });
    const steps: [wire: string, given: MuxFrame | null][] = [
      ['\0\0', null],
      ['\x04a', { type: 'main', chunk: latin1('a') }],
      ['bc', { type: 'main', chunk: latin1('bc') }],
      ['d', { type: 'main', chunk: latin1('d') }],
      ['\x07\0\x04SIG', null],
      ['X', { type: 'signaled', signal: 'SIGX' }],
    ];
    for (const [wire, given] of steps) {
      decoder.write(latin1(wire));
      assert.deepEqual(decoder.read(), given, JSON.stringify(wire));
    }
  });

  it('refuses a frame at its header, before a byte of its payload', async () => {
    for (const header of ['\0\xff\xff', '\x07\x00\x18', '\x09\0\x01']) {
      const { error } = await decode(new MuxDecoder({ from: 'daemon' }), [latin1(header)]);
      assert.deepEqual([header, error], [header, ['REXEC_FRAME_INVALID', 'frame']]);
    }
  });

  it('shares no memory with its input unless that is given away', () => {
    const wire = encoded([{ type: 'main', chunk: latin1('data') }]);
    for (const ownsInput of [false, true]) {
      const chunk = Buffer.from(wire);
      const decoder = new MuxDecoder({ from: 'client', ownsInput });
      decoder.write(chunk);
      chunk.fill(0x2a);
      assert.equal(String(decoder.read().chunk), ownsInput ? '****' : 'data');
    }
  });

  it('makes of any bytes frames or a CodecError, the same however cut', (context) =>
    holds(
      context,
      fc.asyncProperty(
        wild,
        cuts,
        fc.constantFrom<Sender>('client', 'daemon'),
        async (wire, shares, from) => {
          const whole = await decode(new MuxDecoder({ from }), [wire]);
          assert.deepEqual(await decode(new MuxDecoder({ from }), cutAt(wire, shares)), whole);
        },
      ),
    ));
});

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
