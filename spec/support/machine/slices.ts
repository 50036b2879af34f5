import assert from 'node:assert/strict';
import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { CodecError, type CodecErrorCode, type CodecErrorField } from '../../../codec/index.ts';
import { Random } from '../../../lib/fuzz/generate/random.ts';
import { latin1, type Vector } from '../../vectors/vector.ts';
import type { Reading } from '../daemon/readings.ts';

export type Slicing = [how: string, chunks: Buffer[]];

const SHORT = 1024; // bytes; a longer buffer is not cut in two at each offset
const SEED = 512;

/**
 * Every way we cut a buffer: whole, byte by byte, in two at each offset, in three, and with empty chunks between.
 *
 * One longer than 1 KiB is cut in two only within its first and last 64 bytes, next to a NUL and next to the offsets
 * in `near`. Each way has chunks of its own, so what a decoder does to one is not seen by the next.
 */
export function* slices(bytes: Buffer, near: readonly number[] = []): Generator<Slicing> {
  yield ['whole', cut(bytes, [])];
  yield ['byte by byte', cut(bytes, [...bytes.keys()].slice(1))];
  const offsets = [...bytes.keys()].slice(1).filter((at) => isInteresting(bytes, at, near));
  for (const at of offsets) yield [`cut at ${at}`, cut(bytes, [at])];
  if (bytes.length < 2) return;
  const random = new Random(SEED);
  for (let turn = 0; turn < 4; turn += 1) {
    const [a, b] = [random.below(bytes.length), random.below(bytes.length)].sort((x, y) => x - y) as [
      number,
      number,
    ];
    yield [`cut at ${a} and ${b}`, cut(bytes, [a, b])];
    yield [`cut at ${a} and ${b}, empty chunks between`, cut(bytes, [0, 0, a, a, a, b, b, bytes.length])];
  }
}

function isInteresting(bytes: Buffer, at: number, near: readonly number[]): boolean {
  if (bytes.length <= SHORT || at <= 64 || at >= bytes.length - 64) return true;
  return [...near, bytes.indexOf(0, at - 2)].some((offset) => offset >= 0 && Math.abs(offset - at) <= 2);
}

/** Copies of the pieces of `bytes` between the offsets. */
export function cut(bytes: Buffer, offsets: readonly number[]): Buffer[] {
  const edges = [0, ...offsets, bytes.length];
  return edges.slice(1).map((end, index) => Buffer.from(bytes.subarray(edges[index], end)));
}

/** What a decoder made of its input: the frames it gave, and the error it ended with. */
export interface Outcome<Frame> {
  readonly frames: readonly Frame[];
  readonly error: readonly [CodecErrorCode, CodecErrorField] | undefined;
}

const throughPipeline: Reading = (decoder, chunks, take) =>
  pipeline(Readable.from(chunks), decoder, async (frames) => {
    for await (const frame of frames) take(frame);
  });

/** Decodes `chunks` to the end. Anything but a `CodecError`, and a decoder that neither ends nor fails, is thrown. */
export async function decode<Frame extends object>(
  decoder: Transform,
  chunks: Iterable<Buffer>,
  reading: Reading = throughPipeline,
): Promise<Outcome<Frame>> {
  const frames: Frame[] = [];
  try {
    await unlessStalled(reading<Frame>(decoder, chunks, (frame) => frames.push(frame)));
    return { frames: joined(frames), error: undefined };
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return { frames: joined(frames), error: [error.code, error.field] };
  }
}

/** Nothing here waits for the outside: a stream that has not settled after some turns of the loop never will. */
async function unlessStalled(work: Promise<void>): Promise<void> {
  let settled = false;
  const settling = work.finally(() => {
    settled = true;
  });
  for (let turn = 0; turn < 256 && !settled; turn += 1) await Promise.race([settling, setImmediate()]);
  if (!settled) throw new Error('the decoder stalled');
  return settling;
}

/** Adjacent chunks of a kind as one: where bytes were cut is not a fact of the protocol. */
export function joined<Frame extends object>(frames: readonly Frame[]): Frame[] {
  const result: (Frame & { type?: string; chunk?: Buffer })[] = [];
  for (const frame of frames as typeof result) {
    const last = result.at(-1);
    if (last?.chunk && frame.chunk && last.type === frame.type)
      result[result.length - 1] = { ...frame, chunk: Buffer.concat([last.chunk, frame.chunk]) };
    else result.push(frame);
  }
  return result;
}

/** Asserts that a decoder makes of a vector what the table says, for every way to cut it. */
export async function decodesEveryCut<Frame extends object>(
  { name, wire, frames, error }: Vector<Frame>,
  decoder: () => Transform,
  reading?: Reading,
): Promise<void> {
  for (const [how, chunks] of slices(latin1(wire))) {
    const outcome = await decode<Frame>(decoder(), chunks, reading).catch((cause) => {
      throw new Error(`${name}, ${how}: ${cause.message}`, { cause });
    });
    assert.deepEqual({ how, ...outcome }, { how, frames, error });
  }
}
