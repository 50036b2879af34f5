import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { type FieldName, LIMITS, RequestDecoder } from '../../../../codec/index.ts';
import { latin1 } from '../../../vectors/vector.ts';

const BEFORE: Record<FieldName, string> = {
  stderrPort: '',
  user: '0\0',
  password: '0\0ada\0',
  command: '0\0ada\0s3cret\0',
};
const fields = Object.entries(BEFORE) as [FieldName, string][];

/** A decoder whose frames are taken, inside the field that follows `before`. */
function decoderInside(before: string): RequestDecoder {
  const decoder = new RequestDecoder();
  decoder.on('data', () => {}).on('error', () => {});
  decoder.write(latin1(before));
  return decoder;
}

describe('the memory of a decoder', () => {
  for (const [field, before] of fields) {
    it(`never exceeds the limit while the peer drips its ${field}`, () => {
      const decoder = decoderInside(before);
      for (let sent = 0; sent < LIMITS[field]; sent += 1) {
        decoder.write(Buffer.from('1'));
        assert.ok(decoder.heldBytes <= LIMITS[field], `${decoder.heldBytes} after ${sent + 1}`);
        assert.ok(decoder.heldBytes > sent);
      }
    });

    it(`is let go when a ${field} is refused`, () => {
      const decoder = decoderInside(before);
      decoder.write(Buffer.alloc(LIMITS[field], '1'));
      assert.ok(decoder.heldBytes > 0);
      decoder.write(Buffer.from('1'));
      assert.equal(decoder.heldBytes, 0);
    });

    it(`is let go when the connection breaks inside the ${field}`, async () => {
      const decoder = decoderInside(`${before}1`);
      assert.ok(decoder.heldBytes > 0);
      decoder.destroy();
      await setImmediate();
      assert.equal(decoder.heldBytes, 0);
    });
  }

  it('is let go when the request is complete, and stdin needs none', () => {
    const decoder = decoderInside('0\0ada\0s3cret\0cat\0');
    assert.equal(decoder.heldBytes, 0);
    for (let sent = 0; sent < 1000; sent += 1) decoder.write(Buffer.alloc(1024));
    assert.equal(decoder.heldBytes, 0);
  });

  it('does not grow with empty chunks', async () => {
    for (const [, before] of fields) {
      const decoder = decoderInside(`${before}1`);
      const held = decoder.heldBytes;
      for (let sent = 0; sent < 100_000; sent += 1) decoder.write(Buffer.alloc(0));
      await setImmediate();
      assert.deepEqual([decoder.heldBytes, decoder.writableLength], [held, 0]);
    }
  });
});
