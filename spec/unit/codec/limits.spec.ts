import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type CodecError,
  type FieldLimits,
  type FieldName,
  LIMITS,
  RequestDecoder,
  type RequestDecoderOptions,
} from '../../../codec/index.ts';
import { latin1 } from '../../vectors/vector.ts';

/** What precedes each field, and a byte that may fill it. */
const FIELDS: Record<FieldName, [before: string, filler: string]> = {
  stderrPort: ['', '0'],
  user: ['0\0', 'u'],
  password: ['0\0ada\0', 'p'],
  command: ['0\0ada\0s3cret\0', 'c'],
};
const fields = Object.entries(FIELDS) as [FieldName, [before: string, filler: string]][];

/** Sends the pieces one after the other, and nothing more; tells how many went well and why one did not. */
async function send(
  decoder: RequestDecoder,
  ...pieces: string[]
): Promise<[taken: number, error?: CodecError]> {
  decoder.on('data', () => {}).on('error', () => {}); // the write that failed tells
  for (const [taken, piece] of pieces.entries()) {
    const error = await new Promise<unknown>((resolve) => decoder.write(latin1(piece), resolve));
    if (error) return [taken, error as CodecError];
  }
  return [pieces.length];
}

async function assertLimit(
  field: FieldName,
  limit: number,
  limits: Partial<FieldLimits> = {},
): Promise<void> {
  const [before, filler] = FIELDS[field];
  const full = filler.repeat(limit);
  assert.deepEqual(await send(new RequestDecoder({ limits }), before, full, '\0'), [3]);
  const over = [
    [before, full, filler],
    [before, full + filler],
    [before + full + filler],
    [before, `${full + filler}\0`],
    [`${before + full + filler}\0a\0b\0c\0`],
  ];
  for (const pieces of over) {
    const [taken, error] = await send(new RequestDecoder({ limits }), ...pieces);
    assert.equal(taken, pieces.length - 1);
    assert.deepEqual([error?.code, error?.field], ['REXEC_FIELD_TOO_LONG', field]);
  }
}

describe('the limits of a request', () => {
  for (const [field] of fields) {
    it(`lets a ${field} of ${LIMITS[field]} bytes pass and refuses one more at that byte`, () =>
      assertLimit(field, LIMITS[field]));

    it(`counts a ${field} byte by byte as it does in one piece`, async () => {
      const [before, filler] = FIELDS[field];
      const pieces = [before, ...filler.repeat(LIMITS[field] + 1)];
      const [taken, error] = await send(new RequestDecoder(), ...pieces);
      assert.deepEqual([taken, error?.code], [pieces.length - 1, 'REXEC_FIELD_TOO_LONG']);
    });
  }

  it('can be lowered', async () => {
    for (const [field] of fields) await assertLimit(field, 1, { user: 3, password: 6, [field]: 1 });
    const empty = { stderrPort: 0, user: 0, password: 0, command: 0 };
    assert.deepEqual(await send(new RequestDecoder({ limits: empty }), '\0\0\0\0'), [1]);
    assert.equal((await send(new RequestDecoder({ limits: empty }), '\0u'))[1]?.field, 'user');
  });

  it('can be raised to the longest argument Linux gives a program', async () => {
    for (const field of ['user', 'password', 'command'] as const)
      await assertLimit(field, 131_071, { [field]: 131_071 });
  });

  it('can be neither removed nor broken', () => {
    for (const limit of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 131_072, '256', null, undefined]) {
      for (const [field] of fields) {
        const options = { limits: { [field]: limit } } as RequestDecoderOptions;
        assert.throws(() => new RequestDecoder(options), RangeError, `${field} of ${limit}`);
      }
    }
  });
});
