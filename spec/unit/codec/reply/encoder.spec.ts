import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeAccepted, encodeRefused, encodeReplyFrame } from '../../../../codec/index.ts';
import { replies } from '../../../vectors/reply.ts';

describe('encodeAccepted and encodeRefused', () => {
  for (const { name, wire, frames } of replies.filter(({ decodeOnly, error }) => !decodeOnly && !error)) {
    it(`says the same bytes when ${name}`, () => {
      assert.equal(Buffer.concat(frames.map(encodeReplyFrame)).toString('latin1'), wire);
    });
  }

  it('accepts in a buffer that nobody else holds', () => {
    encodeAccepted().fill(1);
    assert.deepEqual(encodeAccepted(), Buffer.of(0));
  });

  it('refuses in one line, never in two', () => {
    for (const character of ['\0', '\n', '\r', '\t', '\x1b', '\x1f', '\x7f']) {
      assert.throws(() => encodeRefused(`Login${character}incorrect.`), {
        name: 'CodecError',
        code: 'REXEC_CONTROL_CHARACTER',
        field: 'diagnostic',
      });
    }
  });

  it('refuses in 1024 bytes at most', () => {
    assert.equal(encodeRefused('é'.repeat(512)).length, 1026);
    assert.throws(() => encodeRefused('é'.repeat(513)), {
      name: 'CodecError',
      code: 'REXEC_FIELD_TOO_LONG',
      field: 'diagnostic',
    });
  });
});
