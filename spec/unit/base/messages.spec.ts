import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import {
  encodeMessage as encodeAsSecret,
  LONGEST_MESSAGE,
  MessageReader,
} from '../../../lib/base/child/messages.ts';
import { Secret } from '../../../lib/base/secret.ts';
import { BOUNDED } from '../../support/daemon/daemon.ts';
import { cut } from '../../support/machine/slices.ts';

const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

/** A message whose secret can be compared. */
interface Message {
  readonly body: unknown;
  readonly secret: Buffer;
}

const encodeMessage = (body: unknown, secret?: Buffer): Buffer =>
  encodeAsSecret(body, secret && new Secret(secret)).bytes;

/** Messages as the daemon and its helper send them, and such as nobody sends. */
const MESSAGES: readonly Message[] = [
  { body: { id: 1, ask: 'authenticate', user: 'ada' }, secret: Buffer.from('s3cret') },
  { body: { id: 2, ask: 'closeSession' }, secret: Buffer.alloc(0) },
  { body: { user: 'Åsa Öberg 漢字 🔑', note: '"\\\n\0' }, secret: Buffer.from('pässwörd') },
  { body: {}, secret: EVERY_BYTE },
  { body: null, secret: Buffer.alloc(3) },
  { body: [], secret: Buffer.from('{"id":1}') },
];

const encoded = (messages: readonly Message[]): Buffer =>
  Buffer.concat(messages.map(({ body, secret }) => encodeMessage(body, secret)));

/** What a reader makes of the chunks, one after another. */
function read(chunks: readonly Buffer[]): Message[] {
  const reader = new MessageReader();
  return chunks.flatMap((chunk) =>
    [...reader.push(chunk)].map(({ body, secret }) => ({ body, secret: secret.bytes })),
  );
}

/** Memory that the work takes, by whatever way of Buffer the module uses. */
function memoryTaken(t: TestContext, work: () => void): Buffer[] {
  const ways = [t.mock.method(Buffer, 'alloc'), t.mock.method(Buffer, 'concat')];
  work();
  return ways.flatMap(({ mock }) => mock.calls.map(({ result }) => result!));
}

describe('messages between processes', BOUNDED, () => {
  for (const [index, message] of MESSAGES.entries())
    it(`come as they were sent, cut anywhere: ${JSON.stringify(message.body)}`, () => {
      const bytes = encoded([message]);
      for (let at = 0; at <= bytes.length; at += 1)
        assert.deepEqual(read(cut(bytes, [at])), [message], `message ${index}, cut at ${at}`);
    });

  it('come in order, whatever the size of the chunks', () => {
    const bytes = encoded(MESSAGES);
    for (let size = 1; size <= bytes.length; size += 1) {
      const offsets = Array.from({ length: Math.ceil(bytes.length / size) - 1 }, (_, n) => (n + 1) * size);
      assert.deepEqual(read(cut(bytes, offsets)), MESSAGES, `chunks of ${size}`);
    }
  });

  it('come at once when their last byte does, and not before', () => {
    const reader = new MessageReader();
    const seen = [...encoded(MESSAGES)].map((byte) => [...reader.push(Buffer.of(byte))].length);
    const ends = MESSAGES.flatMap((message) => {
      const { length } = encoded([message]);
      return Array.from({ length }, (_, at) => (at === length - 1 ? 1 : 0));
    });
    assert.deepEqual(seen, ends);
  });

  it('come unharmed by empty chunks', () => {
    const bytes = encoded(MESSAGES);
    assert.deepEqual(read(cut(bytes, [0, 0, 5, 5, 5, 30, 30, bytes.length])), MESSAGES);
  });

  it('have no secret unless one is given', () => {
    assert.deepEqual(read([encodeMessage('only this')]), [{ body: 'only this', secret: Buffer.alloc(0) }]);
  });

  it('take a secret of 65,535 bytes, and none that would be cut short', () => {
    const secret = Buffer.alloc(0xffff, EVERY_BYTE);
    const [message] = read(cut(encodeMessage({}, secret), [5, 40_000]));
    assert.ok(message?.secret.equals(secret));
    assert.throws(() => encodeMessage({}, Buffer.alloc(0x10000)), RangeError);
  });

  it('take as many bytes as the limit, and no more at either end', () => {
    const body = 'x'.repeat(LONGEST_MESSAGE - 8); // head and quotes
    const longest = encodeMessage(body);
    assert.equal(longest.length, LONGEST_MESSAGE);
    assert.ok(read(cut(longest, [3, 6, 100_000]))[0]?.body === body);
    const refused = { message: `a message of ${LONGEST_MESSAGE + 1} bytes; the limit is ${LONGEST_MESSAGE}` };
    assert.throws(() => encodeMessage(`${body}x`), refused);
    const head = Buffer.from(encodeMessage(body).subarray(0, 6));
    head.writeUInt32BE(LONGEST_MESSAGE - 5);
    assert.throws(() => read([head]), refused);
  });

  it('take no memory for a length that is only announced', (t) => {
    const taken = memoryTaken(t, () => assert.throws(() => read([Buffer.alloc(6, 0xff)]), RangeError));
    assert.ok(taken.every(({ length }) => length < 100));
  });

  it('take no more time for one byte at a time', () => {
    const reader = new MessageReader();
    const bytes = encodeMessage('x'.repeat(200_000));
    const seen = Array.from(bytes, (byte) => [...reader.push(Buffer.of(byte))].length);
    assert.equal(seen.lastIndexOf(1), seen.indexOf(1));
    assert.equal(seen.at(-1), 1);
  });

  it('that are not JSON are refused, and leave nothing of a secret', (t) => {
    const bytes = Buffer.from('\0\0\0\x04\0\x06nonos3cret', 'latin1');
    const taken = memoryTaken(t, () => assert.throws(() => read([bytes]), SyntaxError));
    for (const each of [...taken, bytes]) assert.deepEqual(each, Buffer.alloc(each.length));
  });
});

describe('a secret in a message', BOUNDED, () => {
  const secret = () => Buffer.from('s3cret'.repeat(10));

  it('is a copy each time: whoever wipes one harms no other', () => {
    const [given, expected] = [secret(), secret()];
    const bytes = encodeMessage({}, given);
    given.fill(0);
    const [message] = read([Buffer.from(bytes)]);
    bytes.fill(0);
    assert.deepEqual(message!.secret, expected);
  });

  it('is wiped from the chunks it came in', () => {
    const bytes = encodeMessage({}, secret());
    for (let at = 0; at <= bytes.length; at += 1) {
      const chunks = cut(bytes, [at]);
      read(chunks);
      for (const chunk of chunks) assert.deepEqual(chunk, Buffer.alloc(chunk.length), `cut at ${at}`);
    }
  });

  it('is wiped from all memory that the reader makes, but for what it hands out', (t) => {
    const bytes = encoded([{ body: {}, secret: secret() }, ...MESSAGES]);
    for (let at = 0; at <= bytes.length; at += 1) {
      const chunks = cut(bytes, [at]);
      let messages: Message[] = [];
      const taken = memoryTaken(t, () => {
        messages = read(chunks);
      });
      const handedOut = messages.map((message) => message.secret);
      assert.deepEqual(
        handedOut.filter((each) => !taken.includes(each)),
        [],
        'memory was taken that this does not see',
      );
      const kept = taken.filter((each) => !handedOut.includes(each) && each.some((byte) => byte !== 0));
      assert.deepEqual(kept, [], `cut at ${at}`);
      t.mock.reset();
    }
  });

  it('is in no memory that the encoder makes, once its message is wiped', (t) => {
    const taken = memoryTaken(t, () => encodeAsSecret({ id: 1 }, new Secret(secret())).wipe());
    assert.ok(taken.length > 0);
    assert.deepEqual(
      taken.filter((each) => each.some((byte) => byte !== 0)),
      [],
    );
  });
});
