import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as shapes from '../../../lib/base/shapes.ts';

const { count, either, flag, integer, list, message, object, oneOf, optional, quantity, text, texts } =
  shapes;

/** JSON as it comes from another process. */
const json = (source: string): unknown => JSON.parse(source);

const LONGEST = 'x'.repeat(2 ** 20);
const ANYTHING: readonly unknown[] = [
  ...[undefined, null, true, false, 0, 1, -1, 1.5, 2 ** 53, 1e308, Number.NaN, Number.POSITIVE_INFINITY],
  ...['', 'a', '1', LONGEST, `${LONGEST}x`, 1n, Symbol.iterator, () => {}],
  ...[[], ['a'], [1], {}, { a: 'b' }, { a: 1 }, { length: 0 }, json('{"__proto__":"b"}')],
  ...[json('{"__proto__":{"a":"b"}}'), json('{"toString":null}')],
];

const isPair = object<{ a: string; b?: number | undefined }>({ a: text, b: optional(count) });

/** Of anything, what each lets through. */
const TABLE: Readonly<Record<string, readonly [fits: (value: unknown) => boolean, ...values: unknown[]]>> = {
  text: [text, '', 'a', '1', LONGEST],
  flag: [flag, true, false],
  integer: [integer, 0, 1, -1],
  count: [count, 0, 1],
  quantity: [quantity, 0, 1, 1.5, 2 ** 53, 1e308],
  texts: [texts, {}, { a: 'b' }, json('{"__proto__":"b"}')],
  'list of texts': [list(text), [], ['a']],
  'one of': [oneOf<unknown>('a', 1, null), null, 1, 'a'],
  optional: [optional(flag), undefined, true, false],
  either: [either(flag, oneOf('a')), true, false, 'a'],
  'object without fields': [object({}), {}],
  'object with fields': [isPair, { a: 'b' }],
};

describe('the check of a value', () => {
  for (const [what, [fits, ...expected]] of Object.entries(TABLE))
    it(`lets through what it must be, and nothing else: ${what}`, () => {
      assert.deepEqual(ANYTHING.filter(fits), expected);
    });
});

describe('the check of an object', () => {
  const NOT_PAIRS = [
    ['{"a":"", "b":-1}', 'a field of another kind'],
    ['{"a":"", "b":null}', 'null for a field that may be missing'],
    ['{"a":"", "c":1}', 'a field too many'],
    ['{"b":1}', 'a field too few'],
    ['{"__proto__":{"a":"","b":1}}', 'fields of a prototype'],
    ['{"a":"","__proto__":{}}', 'a prototype besides'],
    ['{"a":"","constructor":1}', 'the name of what every object has'],
    ['["a"]', 'an array'],
    ['"a"', 'a text'],
  ] as const;
  for (const [source, what] of NOT_PAIRS)
    it(`does not let through ${what}`, () => assert.ok(!isPair(json(source)), source));

  it('does not take a field from the prototype of all objects', (t) => {
    Object.defineProperty(Object.prototype, 'a', { value: 'inherited', configurable: true });
    t.after(() => Reflect.deleteProperty(Object.prototype, 'a'));
    assert.ok(!isPair({ b: 1 }));
    assert.ok(isPair({ a: 'own', b: 1 }));
  });
});

describe('the check of a message', () => {
  const isKnown = message({ on: {}, off: {}, name: { name: text } });

  for (const source of [
    '{"say":"on"}',
    '{"say":"off"}',
    '{"say":"name","name":""}',
    '{"name":"","say":"name"}',
  ])
    it(`knows ${source}`, () => assert.ok(isKnown(json(source))));

  for (const source of [
    ...['null', '0', '""', '"on"', '[]', '["on"]', '{}'],
    ...['{"say":null}', '{"say":["on"]}', '{"say":{"toString":"on"}}', '{"say":""}', '{"say":"On"}'],
    ...['{"say":"toString"}', '{"say":"constructor"}', '{"say":"__proto__"}', '{"say":"hasOwnProperty"}'],
    ...['{"__proto__":{"say":"on"}}', '{"say":"on","__proto__":{}}', '{"say":"on","name":""}'],
    ...[
      '{"say":"name"}',
      '{"say":"name","name":1}',
      '{"say":"name","name":["a"]}',
      '{"say":"name","name":{}}',
    ],
  ])
    it(`does not know ${source}`, () => assert.ok(!isKnown(json(source))));
});
