import type { Transform } from 'node:stream';
import type { Violation } from '../oracles/sight.ts';
import { RULES } from '../settings.ts';
import type { Kind } from './decoding.ts';
import { expectedOf } from './model.ts';

/**
 * What is wrong with the amounts that a decoder of headers asks for: who reads no more must have the whole header at the
 * end, and none of the data after it, which is for another reader.
 */
export function checkWanted(kind: Kind, bytes: Buffer, start: () => Transform): Violation | undefined {
  if (kind !== 'proxy') return undefined;
  const { frames, error } = expectedOf(kind, bytes, RULES);
  if (error) return undefined;
  const data = frames.reduce((sum, frame) => sum + ('chunk' in frame ? frame.chunk.length : 0), 0);
  const [header, taken] = [bytes.length - data, takenBy(start(), bytes)];
  if (taken === header) return undefined;
  return { oracle: 'codec.wanted', cause: kind, detail: `${taken} bytes wanted for a header of ${header}` };
}

/** How many bytes a decoder gets from one who reads only what it wants. */
function takenBy(decoder: Transform & { readonly wanted?: number }, bytes: Buffer): number {
  decoder.on('error', () => {}); // what it makes of the bytes is checked elsewhere
  let taken = 0;
  for (let { wanted = 0 } = decoder; wanted > 0 && taken < bytes.length; { wanted = 0 } = decoder) {
    const piece = bytes.subarray(taken, taken + wanted);
    decoder.write(Buffer.from(piece));
    taken += piece.length;
  }
  decoder.destroy();
  return taken;
}
