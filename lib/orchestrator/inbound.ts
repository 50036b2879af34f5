import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { asStream, chain, gen, none } from 'stream-chain';
import type { RequestDecoder, RequestFrame } from '../../codec/index.ts';
import type { PeerReader } from './peer-reader.ts';

type Kind = RequestFrame['type'];
type FrameOf<K extends Kind> = Extract<RequestFrame, { type: K }>;

/** Takes a frame, or lets it go by to the next step. */
export type Step = (frame: RequestFrame) => RequestFrame | typeof none | Promise<typeof none>;

/** A step takes the frames of its own kind; the others go by, synchronously. */
export function on<K extends Kind>(kind: K, act: (frame: FrameOf<K>) => undefined | Promise<void>): Step {
  return (frame) => (frame.type === kind ? (act(frame as FrameOf<K>)?.then(() => none) ?? none) : frame);
}

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
  steps: readonly Step[],
): Promise<void> {
  const work = asStream(gen(...(steps as Parameters<typeof gen>)), { ...ONE_ITEM });
  const marks = { ...ONE_ITEM, writableObjectMode: false, readableObjectMode: true };
  const frames: Duplex = chain([decoder, work], marks);
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
  for await (const frame of frames) throw new Error(`no step took a frame: ${JSON.stringify(frame)}`);
}
