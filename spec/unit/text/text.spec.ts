import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { bytesOf, exactText, nameOf, textOf } from '../../../lib/text/index.ts';
import { holds } from '../../vectors/generated.ts';

const latin1 = (wire: string): Buffer => Buffer.from(wire, 'latin1');

/** Pieces of UTF-8, whole and broken, and any bytes. */
const bytes = fc
  .array(
    fc.oneof(
      fc
        .constantFrom('a', '\xc3\xa9', '\xf0\x9f\xa6\x8a', '\xc3', '\xf0\x9f', '\xed\xb3\xbf', '\xe0\x80\xaf')
        .map(latin1),
      fc.uint8Array({ maxLength: 4 }).map((each) => Buffer.from(each)),
    ),
    { maxLength: 8 },
  )
  .map((pieces) => Buffer.concat(pieces));

describe('an exact text', () => {
  it('turns into the bytes that it was made of', (context) =>
    holds(
      context,
      fc.asyncProperty(bytes, async (given) => {
        assert.deepEqual(bytesOf(exactText(given)), given);
      }),
    ));

  it('is plain text where the bytes are UTF-8, and nowhere else', (context) =>
    holds(
      context,
      fc.asyncProperty(bytes, async (given) => {
        assert.equal(exactText(given).isWellFormed(), isUtf8(given));
        if (isUtf8(given)) assert.equal(exactText(given), given.toString());
      }),
    ));

  it('survives JSON', () => {
    const text = exactText(latin1('\xc3\xa9\xff'));
    assert.equal(text, 'é\udcff');
    assert.equal(JSON.parse(Buffer.from(JSON.stringify(text)).toString()), text);
  });
});

describe('a name', () => {
  it('is the same account in whatever charset it is sent', () => {
    assert.equal(nameOf(latin1('j\xf6rg'), 'iso-8859-1'), 'jörg');
    assert.equal(nameOf(Buffer.from('jörg'), 'utf-8'), 'jörg');
    assert.equal(nameOf(latin1('\x93\xfa\x96{'), 'shift_jis'), '日本');
  });

  it('is its bytes where they are malformed in the charset', () => {
    assert.equal(nameOf(latin1('j\xf6rg'), 'utf-8'), 'j\udcf6rg');
    assert.equal(nameOf(latin1('\x93'), 'shift_jis'), '\udc93');
  });
});

describe('text for the log', () => {
  it('has U+FFFD for what is malformed, and keeps a byte order mark', () => {
    assert.equal(textOf(latin1('gr\xfcn'), 'utf-8'), 'gr\ufffdn');
    assert.equal(textOf(latin1('gr\xfcn'), 'windows-1252'), 'grün');
    assert.equal(textOf(latin1('\xef\xbb\xbfa'), 'utf-8'), '\ufeffa');
  });
});
