import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { asStream, chain, gen } from 'stream-chain';
import type { RequestDecoder } from '../../codec/index.ts';
import type { PeerReader } from './peer-reader.ts';

type Work = Parameters<typeof gen>;

/** One item per queue: defaults would let a command that does not read park megabytes of its peer here. */
const ONE_ITEM = { writableHighWaterMark: 1, readableHighWaterMark: 1 } as const;

/**
 * The request and then stdin, from the peer's bytes through the decoder into the session's steps. Resolves at the
 * peer's half-close, or when the reader was told to finish; rejects with the first error of reader, decoder or step.
 * One chain a connection: a stage takes one item at a time, so a shared one would let a slow peer hold up the others.
 */
export async function runInbound(
  reader: PeerReader,
  decoder: RequestDecoder,
  steps: readonly unknown[],
): Promise<void> {
  const work = asStream(gen(...(steps as Work)), { ...ONE_ITEM });
  const frames: Duplex = chain([decoder, work], {
    ...ONE_ITEM,
    writableObjectMode: false,
    readableObjectMode: true,
  });
  frames.once('close', () => reader.finish()); // a stage failed: the pipeline waits for its source to end
  await pipeline(peerBytes(reader, decoder), frames, toTheEnd);
}

/** The peer's bytes: the request at once, what comes after it when the command wants it. */
async function* peerBytes(reader: PeerReader, decoder: RequestDecoder): AsyncGenerator<Buffer> {
  for (;;) {
    if (decoder.complete) await reader.stdinWanted;
    const chunk = await reader.next();
    if (chunk === null) return;
    yield chunk;
  }
}

/** Steps let nothing through; this waits until the last of them is done. */
async function toTheEnd(frames: AsyncIterable<unknown>): Promise<void> {
  for await (const frame of frames)
    throw new Error(`a frame was not taken by any step: ${JSON.stringify(frame)}`);
}
