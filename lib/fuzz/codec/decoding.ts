import type { Transform } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type CodecErrorCode,
  type CodecErrorField,
  MuxDecoder,
  type MuxFrame,
  ProxyDecoder,
  type ProxyFrame,
  ReplyDecoder,
  type ReplyFrame,
  RequestDecoder,
  type RequestFrame,
  StderrDecoder,
  type StderrFrame,
} from '../../../codec/index.ts';

/**
 * Whose bytes: a client's, a server's on the main connection, a server's on the stderr channel; those of either on a
 * multiplexed connection; a proxy's.
 */
export type Kind = 'request' | 'reply' | 'stderr' | 'muxClient' | 'muxDaemon' | 'proxy';
export const KINDS: readonly Kind[] = ['request', 'reply', 'stderr', 'muxClient', 'muxDaemon', 'proxy'];

export type Frame = RequestFrame | ReplyFrame | StderrFrame | MuxFrame | ProxyFrame;
export type Decoders = Readonly<Record<Kind, () => Transform>>;

export const DECODERS: Decoders = {
  request: () => new RequestDecoder(),
  reply: () => new ReplyDecoder(),
  stderr: () => new StderrDecoder(),
  muxClient: () => new MuxDecoder({ from: 'client' }),
  muxDaemon: () => new MuxDecoder({ from: 'daemon' }),
  proxy: () => new ProxyDecoder(),
};

/** What a decoder should make of bytes. */
export interface Expected {
  readonly frames: readonly Frame[];
  readonly error?: readonly [CodecErrorCode, CodecErrorField] | undefined;
}

/** What a decoder made of bytes. */
export interface Decoded {
  /** Chunks of a kind that follow each other are one: where bytes were cut is no fact of the protocol. */
  readonly frames: readonly Frame[];
  readonly error: Error | undefined;
  /** It ended or failed. */
  readonly settled: boolean;
  readonly mostHeld: number; // bytes, where the decoder tells
}

/** Nothing here waits for the outside: a decoder that has not settled after some turns of the event loop never will. */
const TURNS = 64;

/** Feeds every decoder its chunks, all of them side by side. */
export async function decodeAll(
  inputs: readonly (readonly [Transform, readonly Buffer[]])[],
): Promise<Decoded[]> {
  const decodings = inputs.map(([decoder, chunks]) => new Decoding(decoder, chunks));
  for (let turn = 0; turn < TURNS && decodings.some(({ settled }) => !settled); turn += 1) await nextTurn();
  return decodings.map((decoding) => decoding.result());
}

class Decoding {
  settled = false;
  readonly #decoder: Transform & { readonly heldBytes?: number };
  readonly #frames: Frame[] = [];
  #error: Error | undefined;
  #mostHeld = 0;

  constructor(decoder: Transform, chunks: readonly Buffer[]) {
    this.#decoder = decoder;
    decoder.on('readable', this.#take);
    decoder.once('end', this.#settle);
    decoder.once('error', this.#settle);
    for (const chunk of chunks) {
      if (this.settled || decoder.destroyed) break;
      decoder.write(Buffer.from(chunk)); // its own: what it does to a chunk is not seen by the next decoder
      this.#take();
    }
    decoder.end();
  }

  result(): Decoded {
    this.#decoder.destroy();
    return {
      frames: joined(this.#frames),
      error: this.#error,
      settled: this.settled,
      mostHeld: this.#mostHeld,
    };
  }

  #take = (): void => {
    this.#mostHeld = Math.max(this.#mostHeld, this.#decoder.heldBytes ?? 0);
    for (let frame: Frame | null = this.#decoder.read(); frame !== null; frame = this.#decoder.read())
      this.#frames.push(frame);
  };

  #settle = (error?: Error): void => {
    this.settled = true;
    this.#error = error;
  };
}

/** Neighbouring chunks of a kind as one. */
export function joined(frames: readonly Frame[]): Frame[] {
  const result: Frame[] = [];
  for (const frame of frames) {
    const last = result.at(-1);
    if (last && 'chunk' in last && 'chunk' in frame && last.type === frame.type)
      result[result.length - 1] = { ...frame, chunk: Buffer.concat([last.chunk, frame.chunk]) };
    else result.push(frame);
  }
  return result;
}
