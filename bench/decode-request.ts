import { RequestDecoder } from '../codec/index.ts';
import type { Question } from './question.ts';

/** What does it cost to decode a request, by the way it is cut? */

const request = Buffer.from('1024\0ada\0s3cret\0/usr/bin/id -u\0', 'latin1');
const bytes = [...request].map((byte) => Buffer.of(byte));

/** Frames the decoder makes of the chunks; the decoder is new each time, as for each peer. */
function decode(chunks: readonly Buffer[]): Promise<number> {
  const decoder = new RequestDecoder();
  let frames = 0;
  decoder.on('data', () => {
    frames += 1;
  });
  for (const chunk of chunks) decoder.write(chunk);
  decoder.end();
  return new Promise((resolve, reject) => decoder.once('end', () => resolve(frames)).once('error', reject));
}

/** The least that could do it: no stream, no limit, no grammar. */
async function countFields(chunk: Buffer): Promise<number> {
  let fields = 0;
  for (let at = chunk.indexOf(0); at !== -1; at = chunk.indexOf(0, at + 1)) fields += 1;
  return fields;
}

export const decodeRequest: Question = {
  unit: 'request',
  repeats: 20_000,
  cases: {
    'one chunk': () => decode([request]),
    'byte by byte': () => decode(bytes),
    'control: indexOf, no stream, no grammar': () => countFields(request),
  },
};
