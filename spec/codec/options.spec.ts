import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RequestDecoder, type RequestDecoderOptions } from '../../codec/index.ts';
import { decode } from '../support/slices.ts';
import { command, password, port, user } from '../vectors/request.ts';
import { latin1, utf8 } from '../vectors/vector.ts';

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

  it('read user and command in another charset, and the password never', async () => {
    const { frames } = await decodeWith({ charset: 'windows-1252' }, '0\0Zo\xeb\0\x80\0echo \x80\0');
    assert.deepEqual(frames, [port(0), user('Zoë'), password('\x80'), command('echo €')]);
    const japanese = await decodeWith({ charset: 'shift_jis' }, '0\0\x93\xfa\x96{\0\0\x93\0');
    assert.deepEqual(japanese.frames, [port(0), user('日本'), password('')]);
    assert.deepEqual(japanese.error, ['REXEC_TEXT_MALFORMED', 'command']);
  });

  it('know no charset that TextDecoder does not know', () => {
    assert.throws(() => new RequestDecoder({ charset: 'klingon' }), RangeError);
  });

  it('leave one decoder alone when another has its own', async () => {
    await decodeWith({ charset: 'windows-1252', lowestStderrPort: 1 }, '1\0\xeb\0\0\0');
    assert.deepEqual(await decodeWith({}, '1\0'), INVALID);
    assert.deepEqual((await decodeWith({}, utf8('0\0ë\0'))).frames, [port(0), user('ë')]);
  });
});
