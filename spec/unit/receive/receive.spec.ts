import assert from 'node:assert/strict';
import { type Duplex, duplexPair } from 'node:stream';
import { describe, it } from 'node:test';
import { RequestDecoder } from '../../../codec/index.ts';
import { receive } from '../../../lib/receive/inbound.ts';
import { PeerReader } from '../../../lib/receive/peer-reader.ts';
import { type Fields, steps } from '../../../lib/receive/steps.ts';

const REQUEST = '1029\0ada\0s3cret\0echo ran\0';
const LATER = 'more of stdin';
const EVENTS = ['readable', 'end', 'error', 'close'];

interface Receiving {
  readonly peer: Duplex;
  readonly near: Duplex;
  readonly reader: PeerReader;
  /** Fields so far, in latin1. */
  readonly fields: string[];
  readonly early: Promise<Buffer>;
}

/** A request on its way, from a peer that has sent nothing. */
function receiving(port: Fields['port'] = () => undefined): Receiving {
  const [near, peer] = duplexPair();
  const reader = new PeerReader(near);
  const fields: string[] = [];
  const take = (bytes: Buffer): undefined => {
    fields.push(bytes.toString('latin1'));
  };
  const taken = steps({
    port: (value) => {
      fields.push(String(value));
      return port(value);
    },
    user: take,
    password: take,
    command: take,
  });
  return {
    peer,
    near,
    reader,
    fields,
    early: receive(reader, new RequestDecoder({ ownsInput: true }), taken),
  };
}

/** Resolves once what a peer wrote has been read, as far as it is to be. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function assertLetGo(near: Duplex): void {
  for (const event of EVENTS) assert.equal(near.listenerCount(event), 0, event);
  assert.equal(near.destroyed, false);
}

describe('a request that is received', () => {
  it('gives its fields in their order, and what came with it, however it is cut', async () => {
    const bytes = REQUEST + LATER;
    for (let cut = 1; cut < bytes.length; cut += 1) {
      const { peer, near, fields, early } = receiving();
      peer.write(bytes.slice(0, cut));
      await turn();
      peer.write(bytes.slice(cut));
      const read = (await early).toString();
      await turn();
      const rest: Buffer | null = near.read();
      assert.deepEqual(fields, ['1029', 'ada', 's3cret', 'echo ran'], `cut at ${cut}`);
      assert.equal(read + (rest?.toString() ?? ''), LATER, `cut at ${cut}`);
      assertLetGo(near);
    }
  });

  it('holds the next field back until the port is done with', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { peer, fields, early } = receiving(() => promise);
    peer.write(REQUEST);
    await turn();
    assert.deepEqual(fields, ['1029']);
    resolve();
    await early;
    assert.equal(fields.length, 4);
  });

  it('reads nothing of what comes after it', async () => {
    const { peer, near, early } = receiving();
    peer.write(REQUEST);
    assert.equal((await early).length, 0);
    peer.write(LATER);
    await turn();
    assert.equal(String(near.read()), LATER);
  });

  it('ends with what a step threw, and the connection is left open', async () => {
    const refused = new Error('refused');
    const { peer, near, early } = receiving(() => Promise.reject(refused));
    peer.write(REQUEST);
    await assert.rejects(early, refused);
    assertLetGo(near);
  });

  it('ends with what it is failed with, in the middle of a field', async () => {
    const late = new Error('late');
    const { peer, near, reader, early } = receiving();
    peer.write('1029\0ad');
    await turn();
    reader.fail(late);
    await assert.rejects(early, late);
    assertLetGo(near);
  });

  it('ends at a half-close before its last byte, wherever that is', async () => {
    for (let length = 0; length < REQUEST.length; length += 1) {
      const { peer, early } = receiving();
      peer.end(REQUEST.slice(0, length));
      await assert.rejects(early, { code: 'REXEC_TRUNCATED' }, `after ${length}`);
    }
  });

  it('ends when the connection breaks', async () => {
    const { peer, near, early } = receiving();
    peer.write('1029\0ad');
    await turn();
    near.destroy();
    await assert.rejects(early, { code: 'REXEC_PEER_VANISHED' });
  });
});
