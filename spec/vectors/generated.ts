import type { TestContext } from 'node:test';
import fc from 'fast-check';
import { cut } from '../support/machine/slices.ts';

const seed = Number(process.env.REXEC_SPEC_SEED ?? 512);

/** Checks a property over generated input; the seed is printed, so that a run can be had again. */
export function holds<T>(context: TestContext, property: fc.IAsyncProperty<T>): Promise<void> {
  context.diagnostic(`seed ${seed}`);
  return fc.assert(property, { seed, numRuns: 120 });
}

/** Text of at most `bytes` bytes of UTF-8, control characters among them. */
export const text = (bytes: number) =>
  fc
    .string({ unit: 'binary', maxLength: Math.min(bytes >> 2, 512) })
    .map((value) => value.replaceAll('\0', ''));

/** At most `most` bytes, none of a value below `least`. */
export const bytesOf = (least: number, most: number) =>
  fc.uint8Array({ min: least, maxLength: most }).map((array) => Buffer.from(array));

/** Requests that a client can say. */
export const request = fc.record({
  stderrPort: fc.oneof(fc.constant(0), fc.integer({ min: 1024, max: 65_535 })),
  user: bytesOf(1, 256),
  password: bytesOf(1, 256),
  command: bytesOf(1, 8192),
});

/** Exit statuses that a daemon can say. */
export const exitStatus = fc.oneof(
  fc.record({ type: fc.constant('exited' as const), code: fc.integer({ min: 0, max: 255 }) }),
  fc.record({
    type: fc.constant('signaled' as const),
    signal: fc.stringMatching(/^SIG[A-Z]{1,6}([+-]\d)?$/),
  }),
);

/** Where to cut: any offsets, as shares of the whole. */
export const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });

/** The pieces of `wire` between those offsets. */
export const cutAt = (wire: Buffer, shares: readonly number[]): Buffer[] =>
  cut(
    wire,
    shares.map((share) => Math.floor(share * wire.length)).sort((a, b) => a - b),
  );

const PIECES = [
  '\0',
  '\0\0',
  '0\0',
  '1024\0',
  '65536\0',
  'ada\0',
  '\x01',
  '\n',
  '\xc3',
  '\0exit 7\n',
  '\0signal SIG',
];

/** Bytes as a peer might send them in error or in malice: pieces of rexec in any order among noise. */
export const wild = fc
  .array(
    fc.oneof(
      fc.constantFrom(...PIECES).map((piece) => Buffer.from(piece, 'latin1')),
      bytesOf(0, 24),
      fc
        .tuple(fc.integer({ min: 0, max: 255 }), fc.constantFrom(255, 256, 257, 1025, 8192, 8193))
        .map(([byte, length]) => Buffer.alloc(length, byte)),
    ),
    { maxLength: 10 },
  )
  .map((pieces) => Buffer.concat(pieces));
