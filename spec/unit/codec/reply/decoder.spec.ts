import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ReplyDecoder } from '../../../../codec/index.ts';
import { decode, decodesEveryCut } from '../../../support/machine/slices.ts';
import { replies } from '../../../vectors/reply.ts';
import { latin1 } from '../../../vectors/vector.ts';

describe('ReplyDecoder', () => {
  for (const vector of replies) it(vector.name, () => decodesEveryCut(vector, () => new ReplyDecoder()));

  it('takes no first byte but 0 and 1 for a status', async () => {
    for (let byte = 2; byte <= 255; byte += 1) {
      const { frames, error } = await decode(new ReplyDecoder(), [
        Buffer.of(byte),
        latin1('Login incorrect.\n'),
      ]);
      assert.deepEqual(
        { byte, frames, error },
        { byte, frames: [], error: ['REXEC_STATUS_INVALID', 'status'] },
      );
    }
  });

  it('gives a refusal at its newline, while the daemon keeps the connection open', () => {
    const decoder = new ReplyDecoder();
    decoder.write(latin1('\x01Login incorrect.'));
    assert.equal(decoder.read(), null);
    decoder.write(latin1('\n'));
    assert.deepEqual(decoder.read(), { type: 'refused', text: 'Login incorrect.' });
  });

  it('gives a refusal that is too long at its first byte over the limit', () => {
    const decoder = new ReplyDecoder();
    decoder.write(latin1(`\x01${'d'.repeat(1024)}`));
    assert.equal(decoder.read(), null);
    decoder.write(latin1('d'));
    assert.deepEqual(decoder.read(), { type: 'refused', text: 'd'.repeat(1024) });
  });

  it('drops what a daemon says after its refusal, however much', async () => {
    const flood = Array.from({ length: 2000 }, () => Buffer.alloc(1024, 'x'));
    const { frames } = await decode(new ReplyDecoder(), [latin1('\x01no\n'), ...flood]);
    assert.deepEqual(frames, [{ type: 'refused', text: 'no' }]);
  });
});
