import assert from 'node:assert/strict';
import { Transform, type TransformCallback } from 'node:stream';
import { describe, it } from 'node:test';
import { RequestDecoder, type RequestFrame } from '../../../../codec/index.ts';
import { decode, decodesEveryCut } from '../../../support/machine/slices.ts';
import { refusedRequests } from '../../../vectors/refused-request.ts';
import { command, password, port, requests, stdin, user } from '../../../vectors/request.ts';
import { latin1 } from '../../../vectors/vector.ts';

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

  it('control: a decoder that trusts chunks to be requests fails the table', async () => {
    const { name, wire, frames } = requests[0]!;
    assert.deepEqual((await decode(new ChunkDecoder(), [latin1(wire)])).frames, frames, name);
    await assert.rejects(
      decodesEveryCut(requests[0]!, () => new ChunkDecoder()),
      (error: assert.AssertionError) => (error.actual as { how: string }).how === 'byte by byte',
    );
  });
});
