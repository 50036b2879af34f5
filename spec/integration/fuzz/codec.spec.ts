import assert from 'node:assert/strict';
import type { TransformCallback } from 'node:stream';
import { describe, it } from 'node:test';
import { MuxDecoder, ProxyDecoder, RequestDecoder, StderrDecoder } from '../../../codec/index.ts';
import { checkCodec, type Decoders, findingText, fuzzCodec, type OracleId } from '../../../lib/fuzz/index.ts';

class UncodedError extends RequestDecoder {
  override _flush(done: TransformCallback): void {
    if (this.stdinSeen) done(new TypeError('stdin'));
    else super._flush(done);
  }
}

class NoEnd extends StderrDecoder {
  override _flush(): void {}
}

class ShortChunks extends StderrDecoder {
  override _transform(chunk: Buffer, encoding: BufferEncoding, done: TransformCallback): void {
    super._transform(chunk.subarray(0, 4), encoding, done);
  }
}

class StatusAnywhere extends StderrDecoder {
  override push(frame: { chunk?: Buffer } | null): boolean {
    return super.push(frame?.chunk?.includes('\0exit 7\n') ? { type: 'exited', code: 7 } : frame);
  }
}

/** A decoder of PROXY headers that takes some of them for others; it waits for the end to see them whole. */
function takes(what: RegExp, as: string): Partial<Decoders> {
  class Lenient extends ProxyDecoder {
    #text = '';

    override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
      this.#text += chunk.toString('latin1');
      done();
    }

    override _flush(done: TransformCallback): void {
      super._transform(Buffer.from(this.#text.replace(what, as), 'latin1'), 'latin1', (error) =>
        error ? done(error) : super._flush(done),
      );
    }
  }
  return { proxy: () => new Lenient() };
}

/** Decodes right, but asks for a whole line end where half of it is missing. */
class Greedy extends ProxyDecoder {
  #isDecoding = false;

  override get wanted(): number {
    return super.wanted === 1 && !this.#isDecoding ? 2 : super.wanted;
  }

  override _transform(chunk: Buffer, encoding: BufferEncoding, done: TransformCallback): void {
    this.#isDecoding = true;
    super._transform(chunk, encoding, done);
    this.#isDecoding = false;
  }
}

/** Decoders with one thing wrong, and what it is called. */
const BROKEN: Readonly<Record<string, [decoders: Partial<Decoders>, shows: OracleId]>> = {
  'reserved ports': [{ request: () => new RequestDecoder({ lowestStderrPort: 1 }) }, 'codec.model'],
  'a limit one too high': [
    { request: () => new RequestDecoder({ limits: { password: 257 } }) },
    'codec.model',
  ],
  'an error that is none of the codec': [{ request: () => new UncodedError() }, 'codec.throws'],
  'no end': [{ stderr: () => new NoEnd() }, 'codec.stalls'],
  'a loss in each chunk': [{ stderr: () => new ShortChunks() }, 'codec.cut'],
  'mux frames of the other end': [{ muxClient: () => new MuxDecoder({ from: 'daemon' }) }, 'codec.model'],
  'an exit status that may stand anywhere': [{ stderr: () => new StatusAnywhere() }, 'codec.model'],
  'PROXY lines that end in a newline alone': [takes(/^(PROXY [^\r\n]*)\n/, '$1\r\n'), 'codec.model'],
  'ports with zeros in front': [takes(/^(PROXY TCP. \S+ \S+) 0+(?=\d)/, '$1 '), 'codec.model'],
  'spaces before a line end': [takes(/^(PROXY TCP.*?) +\r\n/, '$1\r\n'), 'codec.model'],
  'connections of the proxy as those of clients': [takes(/^(.{12})\x20(?=\x11)/s, '$1\x21'), 'codec.model'],
  'records of a header as data': [takes(/^(.{12}\x21\x11)\0[\r-\xff]/s, '$1\0\f'), 'codec.model'],
  'addresses longer than their header': [takes(/^(.{12}\x21\x11)\0[\0-\v]/s, '$1\0\f'), 'codec.model'],
  'a byte too many wanted': [{ proxy: () => new Greedy() }, 'codec.wanted'],
};

describe('the codec', { timeout: 120_000 }, () => {
  it('is found nothing wrong with in 6,000 inputs, with most of its code run', async () => {
    const { findings, cases, seed, coverage } = await fuzzCodec({ seed: 512, cases: 6000 });
    assert.deepEqual(
      findings.map((finding) => findingText(finding, seed)),
      [],
    );
    assert.equal(cases, 6000);
    assert.ok(coverage!.covered > 60, `${coverage!.covered} of ${coverage!.total} blocks`);
  });

  for (const [what, [decoders, oracle]] of Object.entries(BROKEN))
    it(`is found out when it has ${what} (control)`, async () => {
      const { findings, seed } = await fuzzCodec({ seed: 512, cases: 1800, decoders });
      const found = findings.find((finding) => finding.oracle === oracle);
      assert.ok(found?.script, findings.map((finding) => findingText(finding, seed)).join('\n'));
      assert.ok(found.script.steps.length <= 3, findingText(found, seed));
      assert.deepEqual(await checkCodec(found.script), []); // and the codec itself makes it right
    });
});
