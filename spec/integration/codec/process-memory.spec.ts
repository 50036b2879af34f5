import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { LIMITS, RequestDecoder } from '../../../codec/index.ts';
import { latin1 } from '../../vectors/vector.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** Bytes in use once garbage is gone; the collector lets buffers go some turns later. */
async function usedBytes(): Promise<number> {
  for (let turn = 0; turn < 4; turn += 1) {
    collectGarbage();
    await setImmediate();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const PEERS = 2000;
const DRIPPED = 256; // bytes of each command that come one by one
const BOUND = PEERS * LIMITS.command * 1.1; // a tenth for the objects around the bytes

function decoderOfAPeer(): RequestDecoder {
  const decoder = new RequestDecoder();
  decoder.on('data', () => {}).write(latin1('0\0ada\0s3cret\0'));
  return decoder;
}

/** What the process holds for many peers, each of which has sent all of the longest command but its NUL. */
async function heldFor(receivers: readonly Writable[]): Promise<number> {
  const before = await usedBytes();
  for (const receiver of receivers) receiver.write(Buffer.alloc(LIMITS.command - DRIPPED, 'c'));
  for (let sent = 0; sent < DRIPPED; sent += 1) {
    for (const receiver of receivers) receiver.write(Buffer.from('c'));
    await setImmediate();
  }
  return (await usedBytes()) - before;
}

/** Keeps what it is given until it is complete, as a list of parts. */
class PartsKeeper extends Writable {
  readonly parts: Buffer[] = [];

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.parts.push(chunk);
    done();
  }
}

describe('the memory of the process', () => {
  it(`is bounded by the limits while ${PEERS} peers drip their commands`, async () => {
    const decoders = Array.from({ length: PEERS }, () => decoderOfAPeer());
    const held = await heldFor(decoders);
    assert.ok(held <= BOUND, `${held} bytes, more than ${BOUND}`);
    assert.ok(held >= 0.9 * PEERS * LIMITS.command, 'the commands are not there: nothing was measured');
    assert.ok(decoders.every(({ heldBytes }) => heldBytes === LIMITS.command));
  });

  it('control: a receiver that keeps a list of parts exceeds that bound', async () => {
    const held = await heldFor(Array.from({ length: PEERS }, () => new PartsKeeper()));
    assert.ok(held > BOUND, `${held} bytes, within ${BOUND}`);
  });
});
