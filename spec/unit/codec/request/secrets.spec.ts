import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { encodeRequest, RequestDecoder } from '../../../../codec/index.ts';
import { password } from '../../../vectors/request.ts';
import { latin1 } from '../../../vectors/vector.ts';

const BEFORE = '1024\0ada\0';
const SECRET = 's3cret';

describe('a secret', () => {
  it('belongs to who reads it: the decoder neither keeps nor wipes it', async () => {
    const decoder = new RequestDecoder();
    const frames: object[] = [];
    decoder.on('data', (frame) => frames.push(frame));
    decoder.write(latin1(`${BEFORE}s3c`));
    decoder.write(latin1('ret\0cat\0'));
    assert.equal(decoder.heldBytes, 0);
    decoder.destroy();
    await setImmediate();
    assert.deepEqual(frames[2], password(SECRET));
  });

  it('is in no memory but the buffer that the encoder returns', ({ mock }) => {
    const concat = mock.method(Buffer, 'concat');
    const alloc = mock.method(Buffer, 'alloc');
    const request = encodeRequest({ user: 'ada', password: latin1(SECRET), command: 'id' });
    const made = [...concat.mock.calls, ...alloc.mock.calls].map(({ result }) => result!);
    assert.deepEqual(
      made.filter((memory) => memory.includes(SECRET)),
      [request],
    );
  });

  it('is wiped from all memory that the decoder makes for it, when read, refused or broken off', async ({
    mock,
  }) => {
    const alloc = mock.method(Buffer, 'alloc');
    const long = SECRET.repeat(40); // the decoder's memory grows while it arrives
    for (const wire of [`${BEFORE + long}\0`, BEFORE + long, BEFORE + long.repeat(2)]) {
      alloc.mock.resetCalls();
      const decoder = new RequestDecoder();
      decoder.on('data', () => {}).on('error', () => {});
      for (const byte of latin1(wire)) decoder.write(Buffer.of(byte));
      if (!wire.endsWith('\0')) decoder.destroy();
      await setImmediate();
      const made = alloc.mock.calls.map(({ result }) => result!);
      assert.ok(made.length > 1);
      assert.deepEqual(
        made.filter((memory) => memory.includes('s3')),
        [],
      );
    }
  });
});
