import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { Secret } from '../../../lib/base/index.ts';

describe('a secret', () => {
  it('is the bytes that it was made of, not a copy', () => {
    const bytes = Buffer.from('s3cret');
    assert.equal(new Secret(bytes).bytes, bytes);
  });

  it('is zeros once it is wiped, and can no longer be read', () => {
    const bytes = Buffer.from('s3cret');
    const secret = new Secret(bytes);
    secret.wipe();
    secret.wipe();
    assert.deepEqual(bytes, Buffer.alloc(6));
    assert.throws(() => secret.bytes, /^Error: the secret has been wiped$/);
    assert.equal(secret.length, 6);
  });

  it('is not shown when it is logged', () => {
    const secret = new Secret(Buffer.from('s3cret'));
    const hex = Buffer.from('s3cret').toString('hex');
    for (const text of [inspect(secret), JSON.stringify({ secret }), `${secret}`])
      assert.doesNotMatch(text.replaceAll(' ', ''), new RegExp(`s3cret|${hex}|115,51`));
  });
});
