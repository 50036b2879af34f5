import assert from 'node:assert/strict';
import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import {
  MuxEncoder,
  type MuxFrame,
  ReplyEncoder,
  type ReplyFrame,
  RequestEncoder,
  SignalEncoder,
  StderrEncoder,
  type StderrFrame,
} from '../../../codec/index.ts';
import { READINGS, type Reading } from '../../support/daemon/readings.ts';
import { muxes } from '../../vectors/mux.ts';
import { replies } from '../../vectors/reply.ts';
import { command, password, port, requests, stdin, user } from '../../vectors/request.ts';
import { signals } from '../../vectors/signal.ts';
import { stderrs } from '../../vectors/stderr.ts';
import { latin1, type Vector } from '../../vectors/vector.ts';

const from = (sender: 'client' | 'daemon') => muxes.filter((vector) => vector.from === sender);

/** Each encoder, and the bytes it should make of which frames. */
const ENCODERS: Readonly<Record<string, [encoder: () => Transform, vectors: readonly Vector<object>[]]>> = {
  RequestEncoder: [() => new RequestEncoder(), requests],
  ReplyEncoder: [() => new ReplyEncoder(), replies],
  StderrEncoder: [() => new StderrEncoder(), stderrs],
  SignalEncoder: [() => new SignalEncoder(), signals],
  'MuxEncoder of a client': [() => new MuxEncoder({ from: 'client' }), from('client')],
  'MuxEncoder of a daemon': [() => new MuxEncoder({ from: 'daemon' }), from('daemon')],
};

const ACCEPTED: ReplyFrame = { type: 'accepted' };
const REFUSED: ReplyFrame = { type: 'refused', text: 'no' };
const OUT: ReplyFrame = { type: 'stdout', chunk: latin1('out') };
const OOPS: StderrFrame = { type: 'stderr', chunk: latin1('oops') };
const EXITED: StderrFrame = { type: 'exited', code: 3 };
const MAIN: MuxFrame = { type: 'main', chunk: latin1('hi') };
const END: MuxFrame = { type: 'mainEnd' };
const LOGIN = [port(0), user('ada'), password('s3cret')];
const MISPLACED = ['REXEC_FRAME_INVALID', 'frame'];

/** Frames that an encoder refuses, the bytes that it gives before, and its error: code and field, or a RangeError. */
const FAULTS: Readonly<
  Record<
    string,
    [encoder: () => Transform, frames: readonly object[], wire: string, error: readonly unknown[]]
  >
> = {
  'a user before the port': [() => new RequestEncoder(), [user('ada')], '', MISPLACED],
  'a password without a user': [() => new RequestEncoder(), [port(0), password('x')], '0\0', MISPLACED],
  'stdin before the command': [
    () => new RequestEncoder(),
    [...LOGIN, stdin('x')],
    '0\0ada\0s3cret\0',
    MISPLACED,
  ],
  'a field after stdin': [
    () => new RequestEncoder(),
    [...LOGIN, command('cat'), stdin('x'), command('id')],
    '0\0ada\0s3cret\0cat\0x',
    MISPLACED,
  ],
  'a request without its command': [
    () => new RequestEncoder(),
    LOGIN,
    '0\0ada\0s3cret\0',
    ['REXEC_TRUNCATED', 'command'],
  ],
  'a request of no frame': [() => new RequestEncoder(), [], '', ['REXEC_TRUNCATED', 'stderrPort']],
  'a user with a NUL': [
    () => new RequestEncoder(),
    [port(1024), user('a\0b')],
    '1024\0',
    ['REXEC_NUL_IN_FIELD', 'user'],
  ],
  'stdout before the answer': [() => new ReplyEncoder(), [OUT], '', MISPLACED],
  'a second answer': [() => new ReplyEncoder(), [ACCEPTED, ACCEPTED], '\0', MISPLACED],
  'a refusal after stdout': [() => new ReplyEncoder(), [ACCEPTED, OUT, REFUSED], '\0out', MISPLACED],
  'stdout after a refusal': [() => new ReplyEncoder(), [REFUSED, OUT], '\x01no\n', MISPLACED],
  'no answer': [() => new ReplyEncoder(), [], '', ['REXEC_TRUNCATED', 'status']],
  'stderr after the exit status': [
    () => new StderrEncoder(),
    [OOPS, EXITED, OOPS],
    'oops\0exit 3\n',
    MISPLACED,
  ],
  'a second exit status': [() => new StderrEncoder(), [EXITED, EXITED], '\0exit 3\n', MISPLACED],
  'an exit code of 256': [
    () => new StderrEncoder(),
    [OOPS, { type: 'exited', code: 256 }],
    'oops',
    ['RangeError'],
  ],
  'a signal that is no byte': [
    () => new SignalEncoder(),
    [{ type: 'exitStatusWanted' }, { type: 'signal', number: 256 }],
    '\0',
    ['RangeError'],
  ],
  'stderr from a client': [() => new MuxEncoder({ from: 'client' }), [MAIN, OOPS], '\0\0\x02hi', MISPLACED],
  'a signal from a daemon': [
    () => new MuxEncoder({ from: 'daemon' }),
    [MAIN, { type: 'signal', number: 15 }],
    '\0\0\x02hi',
    MISPLACED,
  ],
  'main after its end': [() => new MuxEncoder({ from: 'client' }), [END, MAIN], '\x02\0\0', MISPLACED],
  'a second end of main': [() => new MuxEncoder({ from: 'daemon' }), [END, END], '\x02\0\0', MISPLACED],
  'a window of no bytes': [
    () => new MuxEncoder({ from: 'client' }),
    [MAIN, { type: 'mainWindow', bytes: 0 }],
    '\0\0\x02hi',
    ['RangeError'],
  ],
};

const throughPipeline: Reading = (encoder, frames, take) =>
  pipeline(Readable.from(frames), encoder, async (bytes) => {
    for await (const chunk of bytes) take(chunk);
  });

/** All bytes that an encoder gives, in latin1, and how it failed. */
async function encode(encoder: Transform, frames: readonly object[], reading = throughPipeline) {
  let wire = '';
  const taking = reading<Buffer>(encoder, frames, (bytes) => {
    wire += bytes.toString('latin1');
  });
  const error = await taking.then(
    () => undefined,
    ({ name, code, field }) => (name === 'CodecError' ? [code, field] : [name]),
  );
  return { wire, error };
}

for (const [name, [encoder, vectors]] of Object.entries(ENCODERS))
  describe(`a ${name}`, () => {
    for (const { name: what, wire, frames } of vectors.filter((each) => !each.decodeOnly && !each.error))
      it(`writes what is decoded as such: ${what}`, async () => {
        assert.deepEqual(await encode(encoder(), frames), { wire, error: undefined });
      });
  });

describe('any encoder', () => {
  for (const [what, [encoder, frames, wire, error]] of Object.entries(FAULTS))
    it(`gives what came before, then fails, for ${what}`, async () => {
      for (const [how, reading] of Object.entries({ ...READINGS, 'a pipeline': throughPipeline }))
        assert.deepEqual({ how, ...(await encode(encoder(), frames, reading)) }, { how, wire, error });
    });

  it('takes no further frame while bytes wait to be read', async () => {
    const encoder = new RequestEncoder();
    const waiting = () => [encoder.readableLength, encoder.writableLength]; // bytes, frames
    assert.equal(encoder.write(port(0)), false);
    encoder.write(user('ada'));
    await setImmediate();
    assert.deepEqual(waiting(), [2, 2]);
    assert.equal(String(encoder.read()), '0\0ada\0');
    await setImmediate();
    assert.deepEqual(waiting(), [0, 0]);
  });
});
