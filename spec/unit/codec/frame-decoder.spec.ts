import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import {
  type FrameDecoder,
  MuxDecoder,
  ProxyDecoder,
  ReplyDecoder,
  RequestDecoder,
  SignalDecoder,
  StderrDecoder,
} from '../../../codec/index.ts';
import { READINGS } from '../../support/daemon/readings.ts';
import { decodesEveryCut } from '../../support/machine/slices.ts';
import { muxes } from '../../vectors/mux.ts';
import { proxies } from '../../vectors/proxy.ts';
import { refusedRequests } from '../../vectors/refused-request.ts';
import { replies } from '../../vectors/reply.ts';
import { port, requests, user } from '../../vectors/request.ts';
import { signals } from '../../vectors/signal.ts';
import { stderrs } from '../../vectors/stderr.ts';
import { latin1, type Vector } from '../../vectors/vector.ts';

const from = (sender: 'client' | 'daemon') => muxes.filter((vector) => vector.from === sender);

/** Each decoder, and what it should make of which bytes. */
const DECODERS: Readonly<
  Record<string, [decoder: () => FrameDecoder<object>, vectors: readonly Vector<object>[]]>
> = {
  RequestDecoder: [() => new RequestDecoder(), [...requests, ...refusedRequests]],
  ReplyDecoder: [() => new ReplyDecoder(), replies],
  StderrDecoder: [() => new StderrDecoder(), stderrs],
  SignalDecoder: [() => new SignalDecoder(), signals],
  ProxyDecoder: [() => new ProxyDecoder(), proxies],
  'MuxDecoder of a client': [() => new MuxDecoder({ from: 'client' }), from('client')],
  'MuxDecoder of a daemon': [() => new MuxDecoder({ from: 'daemon' }), from('daemon')],
};

for (const [name, [decoder, vectors]] of Object.entries(DECODERS))
  describe(`a ${name}`, () => {
    for (const [how, reading] of Object.entries(READINGS))
      it(`gives the frames before a fault, then the error, to ${how}`, async () => {
        for (const vector of vectors.filter(({ wire }) => wire.length < 64))
          await decodesEveryCut(vector, decoder, reading);
      });

    it('holds nothing once its input has ended, was refused or was broken off', async () => {
      for (const { wire } of vectors) {
        for (const close of ['end', 'destroy'] as const) {
          const stream = decoder();
          stream.on('data', () => {}).on('error', () => {});
          for (const byte of latin1(wire)) stream.write(Buffer.of(byte));
          stream[close]();
          while (!stream.closed) await setImmediate();
          assert.deepEqual([wire, close, stream.heldBytes], [wire, close, 0]);
        }
      }
    });
  });

describe('any decoder', () => {
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
});
