import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ProxyDecoder } from '../../../../codec/index.ts';
import { decode, decodesEveryCut } from '../../../support/machine/slices.ts';
import { cutAt, cuts, holds, wild } from '../../../vectors/generated.ts';
import { proxies } from '../../../vectors/proxy.ts';
import { latin1 } from '../../../vectors/vector.ts';

describe('ProxyDecoder', () => {
  for (const vector of proxies)
    it(`decodes: ${vector.name}`, () => decodesEveryCut(vector, () => new ProxyDecoder()));

  for (const { name, wire } of proxies.filter(({ name, error }) => !error && name.endsWith('then data')))
    it(`never wants a byte of the data after it: ${name}`, () => {
      const [bytes, decoder] = [latin1(wire), new ProxyDecoder()];
      let at = 0;
      for (let wanted = decoder.wanted; wanted > 0; wanted = decoder.wanted) {
        decoder.write(bytes.subarray(at, at + wanted));
        at += wanted;
      }
      assert.ok(decoder.complete);
      assert.equal(bytes.subarray(at).toString(), '0\0ada\0');
    });

  it('refuses what is no header at its first byte', async () => {
    for (const first of ['0', '\0', '\x16', 'p', '\n']) {
      const { error } = await decode(new ProxyDecoder(), [latin1(first)]);
      assert.deepEqual([first, error], [first, ['REXEC_PROXY_HEADER_INVALID', 'proxyHeader']]);
    }
  });

  it('holds 107 bytes at most, however long the header is', () => {
    const decoder = new ProxyDecoder();
    decoder.write(latin1('\r\n\r\n\0\r\nQUIT\n\x21\x11\xff\xff'));
    for (let sent = 0; sent < 0xfffe; sent += 1) {
      decoder.write(latin1('\x01'));
      assert.ok(decoder.heldBytes <= 107);
    }
    assert.equal(decoder.complete, false);
    decoder.write(latin1('\x01'));
    assert.equal(decoder.complete, true);
  });

  it('makes of any bytes frames or a CodecError, the same however cut', (context) =>
    holds(
      context,
      fc.asyncProperty(wild, cuts, async (wire, shares) => {
        const whole = await decode(new ProxyDecoder(), [wire]);
        assert.deepEqual(await decode(new ProxyDecoder(), cutAt(wire, shares)), whole);
      }),
    ));
});
