import assert from 'node:assert/strict';
import type { Transform } from 'node:stream';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { ReplyDecoder, RequestDecoder, type RequestFrame, StderrDecoder } from '../../../codec/index.ts';
import { joined, slices } from '../../support/machine/slices.ts';
import { replies } from '../../vectors/reply.ts';
import { password, port, requests, stdin, user } from '../../vectors/request.ts';
import { stderrs } from '../../vectors/stderr.ts';
import { latin1, type Vector } from '../../vectors/vector.ts';

const BEFORE = '1024\0ada\0';
const SECRET = 's3cret';
const WIRE = latin1(`${BEFORE}${SECRET}\0cat\0stdin\0`);

/** Writes each chunk and calls `after` with it, before the next one is written; gives the frames as they were made. */
function decodeEach(decoder: Transform, chunks: readonly Buffer[], after = (_chunk: Buffer): void => {}) {
  const frames: object[] = [];
  decoder.on('data', (frame) => frames.push(frame)).on('error', () => {});
  for (const chunk of chunks) {
    decoder.write(chunk);
    after(chunk);
  }
  decoder.end();
  return frames;
}

/** Every vector of up to 1 KiB, however cut, decodes the same when each chunk is scribbled over once it was taken. */
async function survivesScribbling(
  vectors: readonly Vector<object>[],
  decoder: () => Transform,
): Promise<void> {
  const short = vectors.filter(({ wire, error }) => wire.length <= 1024 && !error);
  for (const { name, wire, frames } of short) {
    for (const [how, chunks] of slices(latin1(wire))) {
      const decoded = decodeEach(decoder(), chunks, (chunk) => chunk.fill(0xaa));
      await setImmediate();
      assert.deepEqual({ name, how, frames: joined(decoded) }, { name, how, frames });
    }
  }
}

describe('frames and the chunks they came from', () => {
  it('share no memory in a RequestDecoder', () => survivesScribbling(requests, () => new RequestDecoder()));
  it('share no memory in a ReplyDecoder', () => survivesScribbling(replies, () => new ReplyDecoder()));
  it('share no memory in a StderrDecoder', () => survivesScribbling(stderrs, () => new StderrDecoder()));

  it('share it if the chunk is given away, where a chunk is nothing but data', () => {
    for (const [decoder, chunks] of [
      [new ReplyDecoder({ ownsInput: true }), ['\0', 'data']],
      [new StderrDecoder({ ownsInput: true }), ['data']],
    ] as const) {
      const frames = decodeEach(decoder, chunks.map(latin1), (chunk) => chunk.fill(0xaa));
      assert.deepEqual((frames.at(-1) as { chunk: Buffer }).chunk, latin1('\xaa'.repeat(4)));
    }
  });

  it('control: a stdin chunk that is given away is shared', async () => {
    const chunks = [WIRE.subarray(0, -6), WIRE.subarray(-6)].map((chunk) => Buffer.from(chunk));
    const frames = decodeEach(new RequestDecoder({ ownsInput: true }), chunks, (chunk) => chunk.fill(0xaa));
    assert.deepEqual(frames.at(-1), stdin('\xaa'.repeat(6)));
  });

  it('stay apart when a frame is written to', () => {
    for (const ownsInput of [false, true]) {
      const decoder = new RequestDecoder({ ownsInput });
      const seen: RequestFrame[] = [];
      decoder.on('data', (frame: RequestFrame) => {
        seen.push(structuredClone(frame));
        if (frame.type === 'password') frame.secret.fill(0xff);
        if (frame.type === 'user' || frame.type === 'command') frame.bytes.fill(0xff);
        if (frame.type === 'stdin') frame.chunk.fill(0xff);
      });
      const chunk = Buffer.from(WIRE);
      decoder.write(chunk);
      assert.equal(seen.length, 5);
      assert.ok(!chunk.includes(0xff));
    }
  });
});

describe('the chunks of a RequestDecoder', () => {
  it('are never written to', () => {
    for (const [how, chunks] of slices(WIRE)) {
      decodeEach(new RequestDecoder(), chunks);
      assert.deepEqual({ how, bytes: Buffer.concat(chunks) }, { how, bytes: WIRE });
    }
  });

  it('lose the password, and nothing else, when they are given away', () => {
    const wiped = Buffer.from(WIRE).fill(0, BEFORE.length, BEFORE.length + SECRET.length);
    for (const [how, chunks] of slices(WIRE)) {
      const frames = decodeEach(new RequestDecoder({ ownsInput: true }), chunks);
      assert.deepEqual({ how, bytes: Buffer.concat(chunks) }, { how, bytes: wiped });
      assert.deepEqual(frames.slice(0, 3), [port(1024), user('ada'), password(SECRET)]);
    }
  });

  it('lose a password that does not end or is refused, when they are given away', () => {
    const secret = (length: number) => 'p'.repeat(length);
    const cases = [
      [BEFORE + secret(6)],
      [BEFORE + secret(256), 'p'],
      [BEFORE, secret(257)],
      [BEFORE + secret(257)],
      [`${BEFORE + secret(257)}\0id\0`],
      [`1024\0${'u'.repeat(257)}\0${secret(6)}\0id\0`], // the user is refused before its password is read
    ];
    for (const pieces of cases) {
      const chunks = pieces.map(latin1);
      decodeEach(new RequestDecoder({ ownsInput: true }), chunks);
      const left = chunks.filter((chunk) => chunk.includes('p'));
      assert.deepEqual({ pieces, left }, { pieces, left: [] });
    }
  });

  it('become stdin as they are when they are given away, unless they hold a field too', () => {
    const [first, second, third] = [Buffer.from(WIRE), Buffer.from('more'), Buffer.from('and more')];
    const frames = decodeEach(new RequestDecoder({ ownsInput: true }), [first, second, third]);
    const [shared, ...own] = (frames as RequestFrame[]).filter((frame) => frame.type === 'stdin');
    assert.deepEqual(
      own.map(({ chunk }) => chunk === second || chunk === third),
      [true, true],
    );
    assert.ok(shared!.chunk.equals(WIRE.subarray(-6)));
    first.fill(0xff);
    assert.ok(shared!.chunk.equals(WIRE.subarray(-6)));
  });
});
