import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RequestDecoder, type RequestDecoderOptions } from '../../../../codec/index.ts';
import { decode } from '../../../support/machine/slices.ts';
import { command, password, port, user } from '../../../vectors/request.ts';
import { latin1 } from '../../../vectors/vector.ts';

describe('the options of a RequestDecoder', () => {
  const decodeWith = (options: RequestDecoderOptions, wire: string) =>
    decode(new RequestDecoder(options), [latin1(wire)]);
  const INVALID = { frames: [], error: ['REXEC_PORT_INVALID', 'stderrPort'] };

  it('let lower stderr ports through, or fewer', async () => {
    const wire = (number: number) => `${number}\0\0\0\0`;
    const taken = (number: number) => [port(number), user(''), password(''), command('')];
    for (const [lowest, number] of [
      [512, 512],
      [1, 1],
      [5000, 5000],
      [5000, 0],
    ] as const)
      assert.deepEqual((await decodeWith({ lowestStderrPort: lowest }, wire(number))).frames, taken(number));
    for (const [lowest, number] of [
      [512, 511],
      [5000, 4999],
      [1, 65_536],
    ] as const)
      assert.deepEqual(await decodeWith({ lowestStderrPort: lowest }, wire(number)), INVALID);
  });

  it('let no port of six digits through, however far its limit is raised', async () => {
    assert.deepEqual(await decodeWith({ limits: { stderrPort: 10 } }, '001024\0'), INVALID);
  });

  it('leave one decoder alone when another has its own', async () => {
    await decodeWith({ lowestStderrPort: 1 }, '1\0\0\0\0');
    assert.deepEqual(await decodeWith({}, '1\0'), INVALID);
  });
});
