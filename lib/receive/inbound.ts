import { none } from 'stream-chain';
import { fun } from 'stream-chain/fun.js';
import { CodecError, type RequestDecoder, type RequestFrame } from '../../codec/index.ts';
import type { PeerReader } from './peer-reader.ts';
import { strangerIn } from './strangers.ts';

type Kind = RequestFrame['type'];
type FrameOf<K extends Kind> = Extract<RequestFrame, { type: K }>;

// stream-chain is here because the project's pipelines are chains. All it does for us is to offer a frame to one step
// after another and to wait for a step that returns a promise.

/** Takes a frame, or lets it go by to the next step. */
export type Step = (frame: RequestFrame) => RequestFrame | typeof none | Promise<typeof none>;

/** A step takes the frames of its own kind; the others go by, synchronously. */
export function on<K extends Kind>(kind: K, act: (frame: FrameOf<K>) => undefined | Promise<void>): Step {
  return (frame) => (frame.type === kind ? (act(frame as FrameOf<K>)?.then(() => none) ?? none) : frame);
}

/**
 * The request, from the peer's bytes through the decoder into the chain of steps, one frame at a time. Resolves with the
 * bytes that came with it and are stdin, once the last step is done; rejects with the first error of reader, decoder or
 * step. After it the reader has let go of the connection.
 *
 * The two ends of the decoder are driven here and not by pipeline(), whose watch over each stream takes 8 KB a peer.
 */
export async function receive(
  reader: PeerReader,
  decoder: RequestDecoder,
  steps: readonly Step[],
): Promise<Buffer> {
  const early: Buffer[] = [];
  const stdin = on('stdin', ({ chunk }) => {
    early.push(chunk);
    return undefined;
  });
  const chain = fun(...([...steps, stdin] as Parameters<typeof fun>)) as (frame: RequestFrame) => unknown;
  const taken = (async () => {
    for await (const frame of decoder) await chain(frame);
  })();
  let stranger: string | undefined;
  const meet = (first: Buffer) => {
    stranger = strangerIn(first);
  };
  try {
    await Promise.all([feed(reader, decoder, meet), taken.finally(() => reader.finish())]);
    return Buffer.concat(early);
  } catch (error) {
    if (!(error instanceof CodecError) || error.field !== 'stderrPort') throw error;
    const { code, field, message } = error;
    // The codec names its own option, which is a setting here.
    const said = stranger ?? message.replace('lowestStderrPort', 'launch.lowestStderrPort');
    throw new CodecError(code, field, said, { cause: error });
  } finally {
    reader.finish();
  }
}

/** A chunk once the one before was decoded, until all has come; what is made of it may still be at work then. */
async function feed(
  reader: PeerReader,
  decoder: RequestDecoder,
  meet: (first: Buffer) => void,
): Promise<void> {
  try {
    for (let isFirst = true; !decoder.complete; isFirst = false) {
      const chunk = await reader.next();
      if (chunk === null) break;
      if (isFirst) meet(chunk); // the decoder wipes it
      await new Promise((decoded) => decoder.write(chunk, decoded));
    }
    decoder.end();
  } catch (error) {
    decoder.destroy();
    throw error;
  }
}
