import assert from 'node:assert/strict';
import { Transform, type TransformCallback } from 'node:stream';
import { finished } from 'node:stream/promises';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { RequestDecoder, type RequestFrame } from '../../../codec/index.ts';
import { decode, decodesEveryCut, type Reading } from '../../support/slices.ts';
import { refusedRequests } from '../../vectors/refused-request.ts';
import { command, password, port, requests, stdin, user } from '../../vectors/request.ts';
import { latin1 } from '../../vectors/vector.ts';

/** Feeds all there is without minding back-pressure, as a peer that is ahead of us looks like. */
function feed(decoder: Transform, chunks: Iterable<Buffer>): Promise<void> {
  for (const chunk of chunks) decoder.write(chunk);
  decoder.end();
  return finished(decoder);
}

/** Ways to read besides the pipeline of the tables. */
const READINGS: Record<string, Reading> = {
  'data events': (decoder, chunks, take) => feed(decoder.on('data', take), chunks),
  'late data events': async (decoder, chunks, take) => {
    const closed = feed(decoder, chunks);
    await Promise.race([closed, setImmediate()]);
    decoder.on('data', take);
    return closed;
  },
  'readable events': (decoder, chunks, take) => {
    decoder.on('readable', () => {
      for (let frame = decoder.read(); frame !== null; frame = decoder.read()) take(frame);
    });
    return feed(decoder, chunks);
  },
  'a slow iteration': async (decoder, chunks, take) => {
    feed(decoder, chunks).catch(() => {}); // the iteration fails with the same error
    for await (const frame of decoder) {
      take(frame);
      await setImmediate();
    }
  },
};

/** Trusts that a chunk is a request, as a first attempt at a decoder does. */
class ChunkDecoder extends Transform {
  constructor() {
    super({ readableObjectMode: true });
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const [digits, name = '', secret = '', line = ''] = chunk.toString('latin1').split('\0');
    for (const frame of [port(Number(digits)), user(name), password(secret), command(line)]) this.push(frame);
    done();
  }
}

describe('RequestDecoder', () => {
  for (const vector of [...requests, ...refusedRequests])
    it(vector.name, () => decodesEveryCut(vector, () => new RequestDecoder()));

  for (const [how, reading] of Object.entries(READINGS)) {
    it(`gives the same frames and the same error to ${how}`, async () => {
      const short = [...requests, ...refusedRequests].filter(({ wire }) => wire.length < 64);
      for (const vector of short) await decodesEveryCut(vector, () => new RequestDecoder(), reading);
    });
  }

  it('gives each frame as its NUL arrives, for a peer that waits for the stderr connection', () => {
    const decoder = new RequestDecoder();
    const frames: RequestFrame[] = [];
    decoder.on('data', (frame) => frames.push(frame));
    const parts: [wire: string, frame: RequestFrame][] = [
      ['1024\0', port(1024)],
      ['ada\0', user('ada')],
      ['s3cret\0', password('s3cret')],
      ['cat\0', command('cat')],
      ['x', stdin('x')],
    ];
    for (const [wire, frame] of parts) {
      assert.equal(decoder.complete, frame.type === 'stdin');
      decoder.write(latin1(wire));
      assert.deepEqual(frames.pop(), frame);
    }
  });

  it('tells whether the peer sent anything after its command, in that chunk or a later one', () => {
    for (const [wire, seen] of [
      ['cat\0', false],
      ['cat\0x', true],
    ] as const) {
      const decoder = new RequestDecoder();
      decoder.on('data', () => {}).write(latin1(`0\0\0\0${wire}`));
      assert.deepEqual([decoder.complete, decoder.stdinSeen], [true, seen]);
      decoder.write(Buffer.alloc(0));
      assert.equal(decoder.stdinSeen, seen);
      decoder.write(Buffer.alloc(1));
      assert.equal(decoder.stdinSeen, true);
    }
  });

  it('takes nothing more from the peer while a frame waits to be read', async () => {
    const decoder = new RequestDecoder();
    const waiting = () => [decoder.readableLength, decoder.writableLength]; // frames, bytes
    assert.equal(decoder.write(latin1('0\0')), false);
    decoder.write(latin1('ada\0'));
    await setImmediate();
    assert.deepEqual(waiting(), [1, 6]);
    assert.deepEqual(decoder.read(), port(0));
    await setImmediate();
    assert.deepEqual(waiting(), [1, 4]);
    assert.deepEqual(decoder.read(), user('ada'));
    await setImmediate();
    assert.deepEqual(waiting(), [0, 0]);
  });

  it('control: a decoder that trusts chunks to be requests fails the table', async () => {
    const { name, wire, frames } = requests[0]!;
    assert.deepEqual((await decode(new ChunkDecoder(), [latin1(wire)])).frames, frames, name);
    await assert.rejects(
      decodesEveryCut(requests[0]!, () => new ChunkDecoder()),
      (error: assert.AssertionError) => (error.actual as { how: string }).how === 'byte by byte',
    );
  });
});
