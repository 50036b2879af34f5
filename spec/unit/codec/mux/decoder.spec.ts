import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { encodeMuxFrame, MuxDecoder, type MuxFrame, type Sender } from '../../../../codec/index.ts';
import { decode, decodesEveryCut } from '../../../support/machine/slices.ts';
import { cutAt, cuts, holds, wild } from '../../../vectors/generated.ts';
import { muxes } from '../../../vectors/mux.ts';
import { latin1 } from '../../../vectors/vector.ts';

const encoded = (frames: readonly MuxFrame[]): Buffer => Buffer.concat(frames.flatMap(encodeMuxFrame));

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

  it('says which lengths a frame may have', async () => {
    const cases: [header: string, from: Sender, message: string][] = [
      ['\x00\x00\x00', 'client', 'main: 0 bytes, not 1 to 16384'],
      ['\x03\x00\x03', 'client', 'mainWindow: 3 bytes, not 4'],
      ['\x02\x00\x01', 'daemon', 'mainEnd: 1 bytes, not 0'],
    ];
    for (const [header, from, message] of cases) {
      const decoder = new MuxDecoder({ from });
      const failed = once(decoder, 'error');
      decoder.end(latin1(header));
      assert.equal((await failed)[0].message, message);
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
