import type { Transform } from 'node:stream';
import { finished } from 'node:stream/promises';
import { MuxEncoder, ReplyEncoder, RequestEncoder, StderrEncoder } from '../../../codec/index.ts';
import type { Decoded, Frame, Kind } from './decoding.ts';

const ENCODERS: Readonly<Partial<Record<Kind, () => Transform>>> = {
  request: () => new RequestEncoder(),
  reply: () => new ReplyEncoder(),
  stderr: () => new StderrEncoder(),
  muxClient: () => new MuxEncoder({ from: 'client' }),
  muxDaemon: () => new MuxEncoder({ from: 'daemon' }),
};
const UNSAYABLE = /[\0-\x1f\x7f\ufffd]/;

/** What the encoders make of what was decoded; undefined if none can say it, such as a malformed diagnostic. */
export function encodeAll(
  inputs: readonly (readonly [Kind, Decoded])[],
): Promise<(Buffer | Error | undefined)[]> {
  return Promise.all(
    inputs.map(([kind, { frames, error, settled }]) => {
      const encoder = ENCODERS[kind];
      return !encoder || error || !settled || frames.some(isUnsayable)
        ? undefined
        : encode(encoder(), frames);
    }),
  );
}

const isUnsayable = (frame: Frame): boolean => frame.type === 'refused' && UNSAYABLE.test(frame.text);

async function encode(encoder: Transform, frames: readonly Frame[]): Promise<Buffer | Error> {
  const parts: Buffer[] = [];
  encoder.on('data', (part: Buffer) => parts.push(part));
  for (const frame of frames) encoder.write(frame);
  encoder.end();
  return finished(encoder).then(
    () => Buffer.concat(parts),
    (error: Error) => error,
  );
}
