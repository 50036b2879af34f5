import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { counted } from '../../../lib/base/index.ts';

describe('a counted word', () => {
  it('is in the plural unless there is one', () =>
    assert.deepEqual(
      [0, 1, 2].map((count) => counted(count, 'finding')),
      ['0 findings', '1 finding', '2 findings'],
    ));
});
