import { none } from 'stream-chain';
import { fun } from 'stream-chain/fun.js';
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

/**
 * The request and then stdin, from the peer's bytes through the decoder into the chain of steps, one frame at a time.
 * Resolves at the peer's half-close, or when the reader was told to finish, once the last step is done; rejects with
 * the first error of reader, decoder or step.
 *
 * The two ends of the decoder are driven here and not by pipeline(), whose watch over each stream takes 8 KB a peer.
 */
export async function runInbound(
  reader: PeerReader,
  decoder: RequestDecoder,
  steps: readonly Step[],
): Promise<void> {
  await Promise.all([feed(reader, decoder), take(decoder, steps).finally(() => reader.finish())]);
}

/** The request at once, what comes after it when the command wants it; a chunk once the one before was decoded. */
async function feed(reader: PeerReader, decoder: RequestDecoder): Promise<void> {
  try {
    for (;;) {
      if (decoder.complete) await reader.stdinWanted;
      const chunk = await reader.next();
      if (chunk === null) break;
      await new Promise((decoded) => decoder.write(chunk, decoded));
    }
    decoder.end();
  } catch (error) {
    decoder.destroy();
    throw error;
  }
}

async function take(decoder: RequestDecoder, steps: readonly Step[]): Promise<void> {
  const chain = fun(...(steps as Parameters<typeof fun>)) as (frame: RequestFrame) => unknown;
  for await (const frame of decoder) await chain(frame);
}
